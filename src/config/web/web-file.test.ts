import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebConfig } from './read.ts';
import { lostProtection, WebFile } from './web-file.ts';

const USERS = `basic_auth_users:\n  a: $2y$10$${'a'.repeat(53)}\n`;

const A = new Map([['a', 'x']]);
const TLS: NonNullable<WebConfig['tls']> = { options: {}, clientAuth: 'none' };

describe('WebFile', () => {
  let folder: string;
  let path: string;
  const told: string[] = [];
  const open = () => new WebFile(path, { onReload: () => told.push('reloaded'), onRefusal: ({ message }) => told.push(message) });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'connwatch-web-file-'));
    path = join(folder, 'web.yaml');
    told.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps the users when the file is emptied, and takes it once it has some again', () => {
    writeFileSync(path, USERS);
    const file = open();
    writeFileSync(path, '');
    expect([...file.current().users.keys()]).toEqual(['a']);
    expect([...file.current().users.keys()]).toEqual(['a']);
    expect(told).toEqual([`cannot use the file ${path} (--web-config-file): it has no users any more; start the agent again if that is meant.`]);
    writeFileSync(path, USERS.replace('  a:', '  bee:'));
    expect([...file.current().users.keys()]).toEqual(['bee']);
    expect(told.at(-1)).toBe('reloaded');
  });

  it.each<[string, string | undefined, Partial<WebConfig>, Partial<WebConfig>]>([
    ['TLS, though the users stay', 'no TLS', { tls: TLS, users: A }, { users: A }],
    ['the users, though TLS stays', 'no users', { tls: TLS, users: A }, { tls: TLS }],
    ['client certificates', 'no required client certificates', { tls: { ...TLS, clientAuth: 'require-and-verify' } }, { tls: { ...TLS, clientAuth: 'verify-if-given' } }],
    ['the proof of client certificates', 'no verified client certificates', { tls: { ...TLS, clientAuth: 'require-and-verify' } }, { tls: { ...TLS, clientAuth: 'require-any' } }],
    ['nothing', undefined, { tls: TLS }, { tls: { ...TLS, clientAuth: 'require-any' }, users: A }],
    ['nothing by other users', undefined, { users: A }, { users: new Map([['b', 'x']]) }],
  ])('knows that a new file loses %s', (_, lost, before, after) => {
    const none: WebConfig = { tls: undefined, headers: {}, users: new Map() };
    expect(lostProtection({ ...none, ...before }, { ...none, ...after })).toBe(lost);
  });

  it('may change what asks for neither', () => {
    writeFileSync(path, '');
    const file = open();
    writeFileSync(path, 'http_server_config: { headers: { X-Frame-Options: deny } }');
    expect(file.current().headers).toEqual({ 'X-Frame-Options': 'deny' });
  });
});
