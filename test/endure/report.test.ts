import { describe, expect, it } from 'vitest';
import { Checks, show } from './checks.ts';
import { type Campaign, reportOf, terminalText } from './report.ts';

function checks(add: (checks: Checks) => void) {
  const made = new Checks();
  add(made);
  return made.all;
}

const CAMPAIGN: Campaign = {
  command: 'npm run endure -- --write',
  date: '2026-01-02',
  kernel: '6.12.1',
  node: '24.1.0',
  machine: '2 CPUs (one | two), 4 GiB',
  minutes: 9.6,
  outcomes: [
    { name: 'down', done: 'nobody listens', must: 'counts are exact', state: 'yes', checks: checks((made) => made.equal('connections', { attempts: 12_000, failures: { refused: 3 } }, { attempts: 12_000, failures: { refused: 3 } })), seconds: 3 },
    { name: 'flood', done: 'a | flood', must: 'it lives', state: 'no', why: 'the agent ended by SIGKILL', checks: checks((made) => made.atMost('grew', 61.04, 60, 'MB')), seconds: 4 },
    { name: 'clock', done: 'steps', must: 'nothing', state: 'skipped', why: 'no qemu', checks: [], seconds: 0 },
  ],
  soak: { state: 'yes', minutes: 2, asked: 20_000, made: 18_123.4, connections: 2_174_808, lost: {}, memory: 80.2, slope: { perHour: -3.25, error: 1.5 }, checks: [] },
  fuzz: [{ what: 'records', by: 'libFuzzer', state: 'yes', inputs: 2_000_000, failures: 0 }, { what: 'paths', by: 'fast-check', state: 'skipped', why: 'not here' }],
};

describe('the report', () => {
  const lines = reportOf(CAMPAIGN).split('\n');

  it('says where its numbers come from', () => {
    expect(lines).toContain('Made on 2026-01-02 by `npm run endure -- --write` in 10 minutes: Linux 6.12.1, Node.js 24.1.0, 2 CPUs (one | two), 4 GiB.');
  });

  it.each([
    '| `down` | nobody listens | counts are exact | connections: attempts 12,000, failures (refused 3) | yes |',
    '| `flood` | a \\| flood | it lives | the agent ended by SIGKILL; grew: 61 MB (**must be at most 60 MB**) | **no** |',
    '| `clock` | steps | nothing | no qemu | skipped |',
    '| connections per second, made on this machine | 18,123 |',
    '| records lost | none |',
    '| slope of resident memory | -3.3 MB/h, standard error 1.5 MB/h |',
    '| records | libFuzzer | 2,000,000 | 0 | yes |',
    '| paths | fast-check |  | not here | skipped |',
  ])('has the row %s', (row) => {
    expect(lines).toContain(row);
  });

  it('has no part that was not made', () => {
    const { soak: _, fuzz: __, ...faults } = CAMPAIGN;
    expect(reportOf(faults)).not.toMatch(/## (Soak|Fuzzing)/);
  });

  it('is a line for each fault on a terminal, with what did not hold', () => {
    expect(terminalText(CAMPAIGN.outcomes[1]!)).toBe('no       flood                     4.0 s  the agent ended by SIGKILL\n         grew: 61 MB; must be at most 60 MB\n');
  });
});

describe('what was counted', () => {
  it.each([
    [1234567, '1,234,567'],
    [{}, 'none'],
    [[], 'none'],
    [[200, 503], '200, 503'],
    [{ attempts: 2, failures: {}, open: { a: 1 } }, 'attempts 2, open (a 1)'],
    [undefined, 'undefined'],
  ])('%j is shown as %s', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('does not hold when it differs, and keeps all that was compared', () => {
    const made = checks((all) => {
      all.equal('a', { x: 1 }, { x: 2 });
      all.atLeast('b', 1, 1);
      all.atMost('c', 2, 1);
      all.figure('d', 7);
    });
    expect(made.map(({ holds }) => holds)).toEqual([false, true, false, true]);
  });
});
