import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HELPERS, MAPS, PROGRAMS, SYNC_PROGRAMS } from './requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// The objects of the lower rungs have files of their own.
const source = globSync('bpf/**/*.{c,h}', { cwd: root, exclude: ['bpf/vmlinux.h', 'bpf/connwatch-*.bpf.c', 'bpf/**/*-lower.bpf.h'] })
  .map((file) => readFileSync(`${root}/${file}`, 'utf8').replace(/\/\*[^]*?\*\//g, ''))
  .join('\n');
const found = (pattern: RegExp) => [...new Set([...source.matchAll(pattern)].map((match) => match[1]!))].sort();

describe('doctor tries what bpf/ needs, no more and no less', () => {
  it('programs', () => {
    expect(found(/SEC\("([a-z_]+\/[a-z0-9_/]+)"\)/g)).toEqual([...Object.keys(PROGRAMS), ...SYNC_PROGRAMS].sort());
  });

  it('map types that are not as old as bpf() itself', () => {
    const types = found(/BPF_MAP_TYPE_([A-Z_]+)/g).filter((type) => !/ARRAY$|^HASH$/.test(type));
    expect(types.map((type) => type.toLowerCase())).toEqual(Object.keys(MAPS).sort());
  });

  it('no tail calls, which go past what guards the stack of a program against itself', () => {
    expect(source).not.toContain('bpf_tail_call');
  });

  it('helpers', () => {
    // Helpers that only the programs of --sync-failures and the lower rungs call are not required.
    const other = ['ntohs', 'htonl', 'get_current_pid_tgid', 'task_pt_regs', 'get_current_task'];
    const calls = found(/\bbpf_([a-z_]+)\(/g).filter((name) => !name.startsWith('core_') && !other.includes(name));
    // What BPF_CORE_READ and BPF_CORE_READ_STR_INTO become.
    expect([...new Set([...calls, 'probe_read_kernel'])].sort()).toEqual(Object.keys(HELPERS).sort());
  });

  const definitions = '/usr/include/bpf/bpf_helper_defs.h';
  it.skipIf(!existsSync(definitions))("helpers by libbpf's numbers", () => {
    const text = readFileSync(definitions, 'utf8');
    for (const [name, { id }] of Object.entries(HELPERS)) expect(text).toMatch(new RegExp(`bpf_${name}\\).* = \\(void \\*\\) ${id};`));
  });
});
