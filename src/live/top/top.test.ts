import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { HANDSHAKE_BOUNDS } from '../../words/columns.ts';
import { OUTCOMES, type Outcome } from '../../words/outcomes.ts';
import type { LiveRow, LiveWindow } from '../model/window.ts';
import { topRows } from './model.ts';
import { firstState, type TopState, withKey, withWindow } from './state.ts';
import { sparkline, topView } from './view.ts';

interface Made {
  readonly name?: string;
  readonly role?: 'client' | 'server';
  readonly address?: string;
  readonly port?: number;
  readonly connects?: Partial<Record<Outcome, number>>;
  readonly accepts?: number;
  readonly pending?: number;
  readonly open?: number;
  readonly sent?: number;
  readonly bucket?: number;
}

function row({ name = 'curl', role = 'client', address = role === 'client' ? '10.0.0.1' : '', port = 443, connects = {}, accepts = 0, pending = 0, open = 0, sent = 0, bucket = 0 }: Made): LiveRow {
  const success = connects.success ?? 0;
  return {
    workload: { 'process.executable.name': name },
    role,
    address,
    port,
    netns: 1,
    connects: OUTCOMES.map((outcome) => connects[outcome] ?? 0),
    accepts,
    closes: 0,
    pending,
    open: { established: open, listen: 1 },
    handshakes: success === 0 ? [] : [...HANDSHAKE_BOUNDS.map((_, index) => (index === bucket ? success : 0)), 0],
    sent,
    received: 0,
    retransmits: { syn: 1, data: 0 },
    resets: { in: 0, out: 0 },
  };
}

const window = (number: number, ...rows: Made[]): LiveWindow => ({ start: number * 5000, end: (number + 1) * 5000, rows: rows.map(row), folded: 0 });
const state = (...windows: LiveWindow[]): TopState => windows.reduce(withWindow, firstState('the agent'));

const TWO = state(
  window(1, { connects: { refused: 4 } }, { name: 'old', connects: { success: 1 } }),
  window(
    2,
    { connects: { success: 6, refused: 3, unanswered: 1 }, pending: 2, open: 5, sent: 10, bucket: 3 },
    { port: 80, connects: { success: 4 }, bucket: 4 },
    { name: 'nginx', role: 'server', port: 8080, accepts: 7, open: 3 },
  ),
);
const rowsOf = (of: TopState) => topRows(of.windows, of);

describe('rows', () => {
  it('are of the last window, with the attempts of all', () => {
    expect(rowsOf(TWO).map(({ workload, peer, attempts, failures, reasons, pending, open, sent, history }) => [workload, peer, attempts, failures, reasons, pending, open, sent, history])).toEqual([
      ['curl', '10.0.0.1:443', 10, 4, [['refused', 3], ['unanswered', 1]], 2, 5, 10, [4, 10]],
      ['nginx', ':8080', 7, 0, [], 0, 3, 0, [0, 7]],
      ['curl', '10.0.0.1:80', 4, 0, [], 0, 0, 0, [0, 4]],
      ['old', '10.0.0.1:443', 0, 0, [], 0, 0, 0, [1, 0]],
    ]);
  });

  it('add up when they are grouped', () => {
    const [both, byPeer] = [{ ...TWO, grouping: 'workload' }, { ...TWO, grouping: 'peer' }] as const;
    expect(rowsOf(both).map(({ workload, peer, attempts }) => [workload, peer, attempts])).toEqual([['curl', '', 14], ['nginx', '', 7], ['old', '', 0]]);
    expect(rowsOf(byPeer).map(({ workload, peer, attempts }) => [workload, peer, attempts])).toEqual([['', '10.0.0.1:443', 10], ['', ':8080', 7], ['', '10.0.0.1:80', 4]]);
    // Quantiles are of all handshakes together: 6 up to 0.5 ms and 4 up to 1 ms.
    expect(rowsOf(both)[0]).toMatchObject({ p50: expect.closeTo(0.000_458, 6) as number, p99: expect.closeTo(0.000_987, 5) as number });
  });

  it('are sorted and filtered', () => {
    const first = (change: Partial<TopState>) => rowsOf({ ...TWO, ...change })[0]?.peer;
    expect([first({ sort: 'p99' }), first({ sort: 'failures', reverse: true }), first({ sort: 'open' }), first({ filter: ':80 ' }), first({ filter: 'NGINX' })]).toEqual(['10.0.0.1:80', ':8080', '10.0.0.1:443', undefined, ':8080']);
  });
});

describe('the screen', () => {
  it.each([[200, 30], [130, 20], [100, 10], [79, 8], [40, 5], [24, 3], [10, 2], [1, 1]])('of %d columns and %d rows is never wider or longer', (columns, rows) => {
    for (const grouping of ['workload and peer', 'workload', 'peer'] as const) {
      for (const of of [TWO, firstState('the agent'), { ...TWO, typing: true, filter: '漢字漢字漢字漢字漢字漢字' }]) {
        const shown = { ...of, grouping };
        const lines = topView(shown, rowsOf(shown), { columns, rows }, false);
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('has room for a peer of IPv4 on any terminal of 80 columns and more', () => {
    const far = state(window(1, { address: '10.212.0.2', port: 29001, connects: { refused: 4 } }));
    for (let columns = 80; columns <= 240; columns++) expect(topView(far, rowsOf(far), { columns, rows: 10 }, false).join('\n'), `${columns}`).toContain('-> 10.212.0.2:29001');
  });

  it('has the numbers', () => {
    const lines = topView(TWO, rowsOf(TWO), { columns: 140, rows: 10 }, false).map((line) => line.replace(/ +/g, ' ').trim());
    expect(lines[0]).toMatch(/^connwatch top \d\d:\d\d:\d\d, window of 5 s connects 2\.8\/s failed 4 pending 2 open 8$/);
    expect(lines.slice(1, 4)).toEqual([
      'failed: 3 refused, 1 unanswered',
      'workload peer conn/s fail* pend open p50 p99 sent/s recv/s retr last minute',
      'curl -> 10.0.0.1:443 2.0 4 2 5 0.38 ms 0.5 ms 2 B - 1 ▄█',
    ]);
    expect(lines.at(-1)).toMatch(/^q quit s sort: failures/);
  });

  it('has colours only where they are wanted, and no control characters of a name', () => {
    const hostile = state(window(1, { name: 'a\u001b[31m\nb', connects: { refused: 1 } }));
    const [plain, colored] = [false, true].map((color) => topView(hostile, rowsOf(hostile), { columns: 100, rows: 8 }, color).join('\n'));
    expect(plain).not.toContain('\u001b');
    expect(plain).toContain('a\\x1b[31m\\x0ab');
    expect(colored).toContain('\u001b[1;38;5;208m');
  });
});

it('draws bars between nothing and the most', () => expect([sparkline([0, 1, 4, 8], 12), sparkline([5, 5, 5], 2), sparkline([0], 3)]).toEqual([' ▁▄█', '██', ' ']));

describe('keys', () => {
  const press = (from: TopState, ...keys: string[]) => keys.reduce<TopState | undefined>((at, name) => at && withKey(at, { name, sequence: name.length === 1 ? name : '' }, 10), from);

  it('quit', () => {
    expect(press(TWO, 'q')).toBeUndefined();
    expect(withKey(TWO, { name: 'c', ctrl: true }, 10)).toBeUndefined();
    expect(withKey({ ...TWO, typing: true }, { name: 'c', ctrl: true }, 10)).toBeUndefined();
  });

  it('change the order, the groups, the place and the pause', () => {
    expect(press(TWO, 's', 's', 'r', 'g', 'pagedown', 'down', 'up', 'space')).toMatchObject({ sort: 'pending', reverse: true, grouping: 'workload', first: 10, paused: true });
    expect(withWindow(press(TWO, 'space')!, window(3)).windows).toHaveLength(2);
  });

  it('type a filter', () => {
    expect(press(TWO, '/', 'q', 'x', 'backspace', 'return')).toMatchObject({ filter: 'q', typing: false });
    expect(press(TWO, '/', 'q', 'escape')).toMatchObject({ filter: '', typing: false });
  });
});

it('keeps the windows of a minute', () => {
  const many = state(...Array.from({ length: 40 }, (_, number) => window(number)));
  expect(many.windows).toHaveLength(12);
});
