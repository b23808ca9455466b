import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebFile } from './web-file.ts';

const USERS = `basic_auth_users:\n  a: $2y$10$${'a'.repeat(53)}\n`;

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
    expect(told).toEqual([`cannot use the file ${path} (--web-config-file): it has neither TLS nor users any more; start the agent again if that is meant.`]);
    writeFileSync(path, USERS.replace('  a:', '  bee:'));
    expect([...file.current().users.keys()]).toEqual(['bee']);
    expect(told.at(-1)).toBe('reloaded');
  });

  it('may change what asks for neither', () => {
    writeFileSync(path, '');
    const file = open();
    writeFileSync(path, 'http_server_config: { headers: { X-Frame-Options: deny } }');
    expect(file.current().headers).toEqual({ 'X-Frame-Options': 'deny' });
  });
});
