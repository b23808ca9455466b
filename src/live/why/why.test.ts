import { describe, expect, it } from 'vitest';
import { Invalid } from '../../internal/invalid.ts';
import { HANDSHAKE_BOUNDS } from '../../words/columns.ts';
import { OUTCOMES, type Outcome } from '../../words/outcomes.ts';
import type { RecentMessage, RecentRow, Resets } from '../recent/recent.ts';
import type { SocketInfo, SocketsMessage } from '../sockets/sockets.ts';
import { whyText } from '../text/why.ts';
import { answer, type Asked } from './answer.ts';
import { parseTarget } from './question.ts';

const NOW = 1_700_000_600_000;
const ANY: Asked = { addresses: undefined, port: undefined, pid: undefined, process: undefined };
const DB: Asked = { ...ANY, addresses: ['10.0.0.5'], port: 5432 };

interface Made {
  readonly name?: string;
  readonly command?: string;
  readonly address?: string;
  readonly port?: number;
  readonly connects?: Partial<Record<Outcome, number>>;
  readonly secondsAgo?: number;
  readonly resets?: Resets;
  readonly netns?: number;
}

function row({ name = 'curl', command, address = '10.0.0.5', port = 5432, connects = {}, secondsAgo = 3, resets = { peer: 0, owner: 0 }, netns = 1 }: Made): RecentRow {
  return {
    workload: { 'process.executable.name': name, ...(command !== undefined && { 'process.command': command }) },
    address,
    port,
    netns,
    connects: OUTCOMES.map((outcome) => connects[outcome] ?? 0),
    last: OUTCOMES.map((outcome) => (connects[outcome] === undefined ? 0 : NOW - secondsAgo * 1000)),
    retransmits: connects.unanswered ?? 0,
    resets,
    handshakes: [...HANDSHAKE_BOUNDS.map((bound) => (bound === 1e-3 ? (connects.success ?? 0) : 0)), 0],
  };
}

function socket(more: Partial<SocketInfo>): SocketInfo {
  const none = { sent: 0, received: 0, retransmits: 0, rtt: 0, receiveQueue: 0, sendQueue: 0 };
  return { state: 'established', role: 'client', pid: 7, workload: { 'process.executable.name': 'curl' }, netns: 1, localPort: 40_000, address: '10.0.0.5', port: 5432, ...none, ...more };
}

const recent = (rows: RecentRow[], unnamed = 0): RecentMessage => ({ event: 'recent', since: NOW - 600_000, until: NOW, rows, unnamed });
const open = (...sockets: SocketInfo[]): SocketsMessage => ({ event: 'sockets', time: NOW, sockets });

describe('parseTarget', () => {
  it.each([
    ['db:5432', { host: 'db', port: 5432 }],
    ['db', { host: 'db', port: undefined }],
    ['10.0.0.5:1', { host: '10.0.0.5', port: 1 }],
    ['2001:db8::1', { host: '2001:db8::1', port: undefined }],
    ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
    ['[::1]', { host: '::1', port: undefined }],
  ])('%s', (text, target) => expect(parseTarget(text)).toEqual(target));

  it.each(['', ':80', 'a:b', 'a:0', 'a:65536', '[db]:1', '[::1', 'http://db:1', 'a:1:2'])('refuses %j', (text) => expect(() => parseTarget(text)).toThrow(Invalid));
});

describe('why', () => {
  it('says what became of the connects, why, and what is open', () => {
    const rows = [
      row({ connects: { success: 100, refused: 15, unanswered: 5 } }),
      row({ name: 'psql', connects: { success: 1 } }),
      row({ address: '10.0.0.6', connects: { refused: 99 } }),
      row({ port: 80, connects: { refused: 99 } }),
    ];
    const sockets = [socket({}), socket({ state: 'syn_sent', age: 2.5, pid: 20_187 }), socket({ state: 'close_wait', address: '10.0.0.6' }), socket({ role: 'server' })];
    expect(whyText({ target: '10.0.0.5:5432', pid: undefined }, answer(DB, recent(rows), open(...sockets))).split('\n')).toEqual([
      'curl -> 10.0.0.5:5432: 120 connects ended in the last 10 min, 100 succeeded.',
      '  15 were refused, the last one 3 s ago. The other side answered with a reset: nothing listens on that port there, or a firewall rejects it.',
      '  5 ended without an answer: the program gave up, the last one 3 s ago. At least one SYN was sent again. A firewall drops the packets, the machine is off, or its accept queue is full.',
      '  The last success was 3 s ago.',
      '  1 waits for an answer now, the oldest for 2.5 s (pid 20187).',
      '  Half of the handshakes took at most 0.75 ms, 99 % at most 0.99 ms.',
      '  5 SYNs had to be sent again: packets are lost, dropped by a firewall, or the other side is overloaded.',
      '  1 connection is open now.',
      '',
      'psql -> 10.0.0.5:5432: 1 connect ended in the last 10 min, it succeeded.',
      '  Half of the handshakes took at most 0.75 ms, 99 % at most 0.99 ms.',
      '',
    ]);
  });

  it('says who reset established connections, also where no connect ended', () => {
    const rows = [row({ resets: { peer: 3, owner: 1 } })];
    expect(whyText({ target: 'x', pid: undefined }, answer(DB, recent(rows), open())).split('\n')).toEqual([
      'curl -> 10.0.0.5:5432: no connect ended in the last 10 min.',
      '  3 established connections were reset by the other side: its program closed with unread data or was killed, or a proxy or firewall on the way ended them.',
      '  1 established connection was reset by the program itself.',
      '',
    ]);
  });

  it('says who listens on this machine, and that nobody does', () => {
    const asked: Asked = { ...ANY, addresses: ['127.0.0.1'], port: 5432 };
    const rows = [row({ address: '127.0.0.1', connects: { refused: 1 } })];
    expect(whyText({ target: 'x', pid: undefined }, answer(asked, recent(rows), open()))).toMatch(/\n\nNothing on this machine listens on that port\.\n$/);
    const listener = socket({ state: 'listen', role: 'server', workload: { 'process.executable.name': 'postgres' }, localPort: 5432, address: '', port: 0, receiveQueue: 5, sendQueue: 5 });
    expect(whyText({ target: 'x', pid: undefined }, answer(asked, recent(rows), open(listener)))).toMatch(/\n\nOn this machine postgres\[7\] listens on port 5432 \(network namespace 1\); 5 of 5 wait in its queue\. The queue is full, so SYNs are dropped\.\nWhat is refused although a program listens went to an address /);
  });

  it('joins what ended before its namespace was known with the same pair elsewhere', () => {
    const before = row({ netns: 0, connects: { refused: 4 } });
    const stories = (...rows: RecentRow[]) => answer(ANY, recent(rows), open()).stories.map(({ netns, attempts }) => [netns, attempts]);
    expect(stories(before, row({ netns: 8, connects: { success: 3 } }))).toEqual([[8, 7]]);
    expect(stories(before)).toEqual([[0, 4]]);
    // In which of two places it was is not known.
    expect(stories(before, row({ netns: 8, connects: { success: 3 } }), row({ netns: 9, connects: { success: 2 } }))).toEqual([[0, 4], [8, 3], [9, 2]]);
    const socketThere = open(socket({ netns: 8 }));
    expect(answer(ANY, recent([before]), socketThere).stories.map(({ netns, attempts, open: now }) => [netns, attempts, now])).toEqual([[8, 4, 1]]);
  });

  it('says that there is nothing, and what is not known', () => {
    expect(whyText({ target: '10.0.0.9', pid: undefined }, answer({ ...ANY, addresses: ['10.0.0.9'] }, recent([]), open()))).toBe('Nothing on this machine connected to 10.0.0.9 in the last 10 min, and nothing is connected to it.\n');
    expect(whyText({ target: '10.0.0.9', pid: undefined }, answer({ ...ANY, addresses: ['10.0.0.9'] }, recent([row({ connects: { refused: 1 } })], 7), open(socket({}))))).toBe(
      'No connect to 10.0.0.9 is known in the last 10 min, and none is open.\nThe peer of 7 other connects is not known (docs/terminal.md): some of them may belong here.\n',
    );
  });

  it('of a process is about its program; without sockets its executable tells which', () => {
    const rows = [row({ connects: { success: 1 } }), row({ name: 'wget', connects: { refused: 1 } })];
    const who = (asked: Asked, ...sockets: SocketInfo[]) => answer(asked, recent(rows), open(...sockets)).stories.map(({ workload }) => workload['process.executable.name']);
    expect(who({ ...ANY, pid: 7 }, socket({}), socket({ pid: 8, workload: { 'process.executable.name': 'wget' } }))).toEqual(['curl']);
    const process = (executable: string, ...words: string[]) => ({ ...ANY, pid: 9, process: { executable, words } });
    expect(who(process('wget'))).toEqual(['wget']);
    expect(who(process('curl', 'python3', 'x.py'))).toEqual(['curl']);
    const scripts = [row({ connects: { refused: 1 } }), row({ name: 'python3.11', command: 'other.py', connects: { refused: 1 } })];
    expect(answer(process('python3.11', 'python3', 'server.py'), recent(scripts), open()).stories).toEqual([]);
    expect(whyText({ target: undefined, pid: 9 }, answer(process('python3.11'), recent(scripts), open()))).toBe('Process 9 and others of its program made no connect in the last 10 min, and have no such connection open.\n');
    expect(who({ ...ANY, pid: 9 })).toEqual([]);
  });
});
