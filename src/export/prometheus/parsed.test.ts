import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../metrics/fixtures.ts';
import type { Counts } from '../../metrics/fixtures.ts';
import { Served, processInfo } from './fixtures.ts';
import { noParser, parseReference } from './reference-parser.ts';

const PERSON = { userAgent: 'test', localAddress: '127.0.0.1', keeps: true };
const FORMATS = [
  ['text', 'text/plain', 'metrics.golden.txt'],
  ['openmetrics', 'application/openmetrics-text', 'metrics.golden.openmetrics.txt'],
] as const;

// Characters that a format, its escapes or a line reader treats specially, mixed with random bytes.
const PIECES = ['"', '\\', '\n', '\r', '\t', '\0', '\\n', '\\"', '\\\\', '\\xff', '\\x5c', 'x5c', '}', '{', ',', '=', ' ', '# EOF\n', ' 1\n', 'é', '\u2028', '\u{1f600}', '_total', '\ud7ff'];
const name = fc
  .array(fc.oneof(fc.constantFrom(...PIECES).map((text) => Buffer.from(text)), fc.uint8Array({ minLength: 1, maxLength: 3 })), { minLength: 1, maxLength: 6 })
  .map((parts) => Buffer.concat(parts));

/** An error of the parser does not say from which names the page was made. */
function readWith<T>(seed: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

describe.skipIf(noParser)(`what a real parser reads${noParser === undefined ? '' : ` (${noParser})`}`, { timeout: 120_000 }, () => {
  it.each(FORMATS)('of names of any bytes: each is there once and as it was written, as %s', async (format, accept) => {
    const seed = Number(process.env['CONNWATCH_TEST_SEED'] ?? Date.now() % 2 ** 31);
    const names = new Map(fc.sample(name, { numRuns: 100, seed }).map((bytes) => [bytes.toString('hex'), bytes]));
    await using served = new Served(false, 10_000);
    const rows = [...names.values()].map((bytes, index) => {
      const [id, text] = [index + 1, printable(bytes)];
      served.keys.client(id, processInfo(id, text, { comm: text }), '10.0.0.1', 443, { cgroupPath: `/lxc/${text}` });
      const counts: Counts = { success: id, refused: 1, handshake: [0.01] };
      return [id, counts] as [number, Counts];
    });
    served.window({ rows });
    const page = Buffer.from(await served.page(PERSON, { accept }));
    const families = readWith(seed, () => parseReference(format, page));
    const found = (sample: string) => families.flatMap(({ samples }) => samples.filter(([each]) => each === sample).map(([, labels, value]) => [labels['process_executable_name'], value]));
    const expected = rows.map(([id], index) => [printable([...names.values()][index]!), id]);
    expect(new Set(expected.map(([text]) => text)).size, `seed ${seed}`).toBe(names.size);
    expect(found('connwatch_tcp_connect_successes_total'), `seed ${seed}`).toEqual(expected);
    expect(found('connwatch_tcp_connect_duration_seconds_count').map(([text]) => text), `seed ${seed}`).toEqual(expected.map(([text]) => text));
  });

  it.each(FORMATS)('of the golden file, as %s: what is written', (format, _, file) => {
    const page = readFileSync(new URL(`./testdata/${file}`, import.meta.url));
    const lines = String(page).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const families = parseReference(format, page);
    const samples = families.flatMap((family) => family.samples);
    expect(samples.map(([each]) => each)).toEqual(lines.map((line) => line.split(/[{ ]/)[0]));
    expect(samples.map(([, , value]) => value)).toEqual(lines.map((line) => Number(line.split(' ').at(-1)!.replace('Inf', 'Infinity'))));
    if (format === 'text') return;
    const withUnit = families.filter(({ unit }) => unit !== '');
    expect(withUnit.map(({ name, unit }) => name.endsWith(`_${unit}`)).every(Boolean)).toBe(true);
    expect(new Set(withUnit.map(({ unit }) => unit))).toEqual(new Set(['seconds', 'bytes']));
    for (const { name, type, samples } of families) {
      const created = samples.filter(([each]) => each === `${name}_created`).length;
      const series = samples.filter(([each]) => each === `${name}_total` || each === `${name}_count`).length;
      expect([name, created]).toEqual([name, type === 'counter' || type === 'histogram' ? series : 0]);
    }
  });
});
