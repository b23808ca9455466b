import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getProcessName, netnsInode, parseComm, parseNamespaceLink, parseSnmp, readSnmp } from './procfs.ts';

const SNMP = `Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs
Tcp: 1 200 120000 -1 23 29 3 5 7 999
Udp: InDatagrams
Udp: 4
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'procfs-'));
  await mkdir(join(root, '7/ns'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

describe('getProcessName', () => {
  it('reads comm', async () => {
    await writeFile(join(root, '7/comm'), 'nginx\n');
    expect(await getProcessName(7, root)).toBe('nginx');
  });

  it('says unknown when the process is gone', async () => {
    expect(await getProcessName(8, root)).toBe('unknown');
  });

  it.each([
    ['a\n', 'a'],
    ['a\n\n', 'a\n'],
    ['\n', ''],
    ['', ''],
    ['\x1b[2J\n', '\\x1b[2J'],
  ])('parseComm %j', (text, name) => {
    expect(parseComm(Buffer.from(text))).toBe(name);
  });

  it('knows this process', async () => {
    expect(await getProcessName(process.pid)).not.toBe('unknown');
  });
});

describe('readSnmp', () => {
  it('reads the Tcp lines by name', async () => {
    const path = join(root, 'snmp');
    await writeFile(path, SNMP);
    expect(await readSnmp(path)).toEqual({ ActiveOpens: 23, PassiveOpens: 29, AttemptFails: 3, CurrEstab: 7, EstabResets: 5 });
  });

  it.each([
    ['no Tcp lines', 'Ip: A\nIp: 1\n', 'ActiveOpens'],
    ['a missing column', SNMP.replace('CurrEstab ', ''), 'CurrEstab'],
    ['a value that is no number', SNMP.replace(' 29 ', ' x '), 'PassiveOpens'],
    ['values cut off', SNMP.slice(0, SNMP.indexOf(' 3 5 7')), 'AttemptFails'],
  ])('refuses %s', (_, text, name) => {
    expect(() => parseSnmp(text)).toThrow(`the kernel has no usable counter Tcp ${name}`);
  });

  it('rejects with the system error', async () => {
    await expect(readSnmp(join(root, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('netnsInode', () => {
  it('reads the link', async () => {
    await symlink('net:[4026531840]', join(root, '7/ns/net'));
    expect(await netnsInode(7, root)).toBe(4026531840);
  });

  it('refuses another form', () => {
    expect(() => parseNamespaceLink('/tmp/x')).toThrow('not a namespace link: /tmp/x');
  });

  it('is a number for this process', async () => {
    expect(await netnsInode()).toBeGreaterThan(0);
  });
});
