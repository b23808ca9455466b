import { describe, expect, it } from 'vitest';
import { parseLockdown, parseMounts, parseRelease, parseStatus } from './parse.ts';

describe('parseStatus', () => {
  it('reads what a container shows', () => {
    const text = 'Name:\tnode\nUid:\t0\t65534\t0\t0\nNSpid:\t2317\t1\nCapEff:\t000000c000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n';
    expect(parseStatus(text)).toEqual({ uid: 65534, capabilities: 3n << 38n, noNewPrivileges: true, seccomp: 2, pids: [2317, 1] });
  });

  it('takes a kernel without seccomp and pid namespaces for one process without a filter', () => {
    expect(parseStatus('Pid:\t5\nUid:\t1\t1\t1\t1\nCapEff:\t0000000000000000\n')).toEqual({
      uid: 1,
      capabilities: 0n,
      noNewPrivileges: false,
      seccomp: 0,
      pids: [5],
    });
  });

  it.each([[''], ['Uid:\t0\t0\t0\t0\n'], ['CapEff:\tzz\nUid:\t0\t0\t0\t0\n'], ['CapEff:\t0\n']])('is undefined for %j', (text) => {
    expect(parseStatus(text)).toBeUndefined();
  });
});

describe('parseMounts', () => {
  it.each(['valueOf', 'constructor', '__proto__'])('passes over a file system of the type %s', (type) => {
    expect(parseMounts(`32 31 0:29 / /mnt rw - ${type} none rw\n`)).toEqual({ cgroup1: [], cgroup2: [], tracefs: [] });
  });

  it('finds control groups and tracefs by type, behind any number of optional fields', () => {
    const text = [
      '32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
      '33 31 0:30 / /sys/fs/cgroup/uni\\040fied rw shared:1 master:2 - cgroup2 cgroup2 rw',
      '34 31 0:31 / /sys/kernel/tracing rw shared:9 - tracefs tracefs rw',
      '35 31 0:32 / /cgroup - tmpfs cgroup rw',
      '',
    ].join('\n');
    expect(parseMounts(text)).toEqual({
      cgroup1: ['/sys/fs/cgroup/cpu'],
      cgroup2: ['/sys/fs/cgroup/uni fied'],
      tracefs: ['/sys/kernel/tracing'],
    });
  });

  it('is empty for nothing', () => {
    expect(parseMounts('')).toEqual({ cgroup1: [], cgroup2: [], tracefs: [] });
  });
});

it.each([
  ['none [integrity] confidentiality\n', 'integrity'],
  ['[none] integrity confidentiality\n', 'none'],
  ['', undefined],
])('parseLockdown(%j)', (text, expected) => {
  expect(parseLockdown(text)).toBe(expected);
});

it.each([
  ['6.1.0-13-amd64', [6, 1]],
  ['5.14.0-427.el9.x86_64', [5, 14]],
  ['6.18', [6, 18]],
  ['custom', undefined],
])('parseRelease(%j)', (text, expected) => {
  expect(parseRelease(text)).toEqual(expected);
});
