import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../internal/escape.ts';
import * as fixtures from './cgroup-paths.fixtures.ts';
import { MAX_NAME } from './cgroup-path.ts';
import { resolveCgroup } from './container.ts';

/** As the agent gets it. */
const asPrinted = (path: string): string => printable(Buffer.from(path));

/** The fixtures have names as they are in the file system; what is said of them is printed, too. */
const asSaid = (is: object): object =>
  Object.fromEntries(Object.entries(is).map(([key, value]: [string, unknown]) => [key, key === 'unit' ? asPrinted(String(value)) : value]));

describe.each(Object.entries(fixtures))('a path of %s', (_, table) => {
  it.each(table)('%s: %s', (_, path, is) => {
    expect(resolveCgroup(asPrinted(path))).toEqual(asSaid(is));
  });
});

describe('resolveCgroup', () => {
  it('has been asked about every shape once', () => {
    const paths = Object.values(fixtures).flat();
    expect(paths.length).toBeGreaterThan(140);
    const whats = Object.entries(fixtures).flatMap(([table, rows]) => rows.map(([what]) => `${table}: ${what}`));
    expect(new Set(whats).size).toBe(whats.length);
  });

  const known = fc.constantFrom(...Object.values(fixtures).flat().map(([, path]) => path));
  const part = fc.constantFrom('docker', 'kubepods', 'lxc', '..', 'system.slice', 'a.scope', 'pod', ':', 'x.slice:docker:y', 'f'.repeat(64));
  const path = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((bytes) => printable(bytes)),
    fc.uint8Array({ maxLength: 600 }).map((bytes) => `/${printable(bytes)}`),
    fc.array(part, { maxLength: 300 }).map((parts) => `/${parts.join('/')}`),
    fc.tuple(known, fc.uint8Array({ maxLength: 40 }), fc.nat(400)).map(([text, bytes, at]) => {
      const whole = Buffer.from(text);
      const i = at % (whole.length + 1);
      return printable(Buffer.concat([whole.subarray(0, i), bytes, whole.subarray(i)]));
    }),
    fc.string({ unit: 'binary', maxLength: 600 }),
  );

  it('never throws, and what it says is no longer than a file name', () => {
    fc.assert(
      fc.property(path, (text) => {
        for (const value of Object.values(resolveCgroup(text))) expect(String(value).length).toBeLessThanOrEqual(MAX_NAME);
      }),
      { numRuns: 5000 },
    );
  });

  it('says the same of what lies below a container', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('system.slice', 'nginx.service', 'init.scope', 'a', 'user.slice'), { maxLength: 5 }), (below) => {
        for (const [, path, is] of fixtures.docker)
          if (is.kind === 'container' && !path.endsWith(')')) expect(resolveCgroup([path, ...below].join('/'))).toEqual(is);
      }),
    );
  });

  it.each([
    ['a name that is too long', `/lxc/${'x'.repeat(MAX_NAME + 1)}`],
    ['a path that is too long', `/${'a/'.repeat(9000)}lxc/web1`],
  ])('does not look at %s', (_, text) => {
    expect(resolveCgroup(text)).toEqual({ kind: 'unresolved' });
  });

  it('finds a container at the end of a very deep path', () => {
    const id = 'c0feb9e8fe0df448f23a5a74014e27def55d6ad5c1d4af295f1e0417af821caf';
    expect(resolveCgroup(`${'/a'.repeat(1000)}/docker/${id}`)).toMatchObject({ kind: 'container', id });
  });
});
