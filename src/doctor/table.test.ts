import { describe, expect, it } from 'vitest';
import { table } from './table.ts';
import type { Check } from './types.ts';

const checks: Check[] = [
  { id: 'kernel', status: 'ok', found: 'Linux 6.1' },
  { id: 'pid-namespace', status: 'degraded', found: "not the host's", cost: 'pids do not match', todo: 'hostPID: true' },
  { id: 'bpf-object', status: 'missing', found: 'no file /a\n\u001b[31mb', cost: 'no start', todo: 'build it' },
];

describe('table', () => {
  it('has one line per check, whatever a message holds', () => {
    expect(table(checks, { color: false, columns: undefined })).toBe(
      [
        'ok        kernel         Linux 6.1',
        "degraded  pid-namespace  not the host's. Costs: pids do not match. Do: hostPID: true",
        'missing   bpf-object     no file /a \\x1b[31mb. Costs: no start. Do: build it',
        '',
      ].join('\n'),
    );
  });

  it('wraps between words at the width of a terminal', () => {
    expect(table(checks.slice(1, 2), { color: false, columns: 60 })).toBe(
      ["degraded  pid-namespace  not the host's. Costs: pids do not", '                         match. Do: hostPID: true', ''].join('\n'),
    );
    expect(table(checks.slice(1, 2), { color: false, columns: 40 }).split('\n')).toHaveLength(2);
  });

  it('colours the status alone', () => {
    const [line] = table(checks, { color: true, columns: undefined }).split('\n');
    expect(line).toBe('\u001b[32mok      \u001b[39m  kernel         Linux 6.1');
  });
});
