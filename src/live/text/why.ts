import type { Outcome } from '../../words/outcomes.ts';
import type { SocketInfo } from '../sockets/sockets.ts';
import type { Answer, Story } from '../why/answer.ts';
import { endpoint, placeName, processName } from './names.ts';
import { duration, plural } from './units.ts';

/** What an outcome means, and where to look. */
const MEANING: Readonly<Record<Exclude<Outcome, 'success'>, readonly [what: string, means: string]>> = {
  refused: ['refused', 'The other side answered with a reset: nothing listens on that port there, or a firewall rejects it.'],
  timeout: ['ended because the time was up', 'The kernel gave up after its last SYN. The machine is off, the address is wrong, or a firewall drops the packets.'],
  reset: ['reset', 'The other side sent a reset while the handshake was going on.'],
  host_unreachable: ['ended because the host is unreachable', 'A router said so, or nobody answered for the address in the local network.'],
  network_unreachable: ['ended because the network is unreachable', 'There is no route to the address, or a router said so.'],
  address_unavailable: ['ended because no local port was free', 'All local ports to this peer are in use (net.ipv4.ip_local_port_range), often by connections in TIME_WAIT.'],
  permission_denied: ['ended because they are not permitted', 'A firewall or a policy of this machine, or of a router on the way, forbids it.'],
  unanswered: ['ended without an answer: the program gave up', 'At least one SYN was sent again. A firewall drops the packets, the machine is off, or its accept queue is full.'],
  cancelled: ['given up by the program before a second SYN', 'Its own limit is below a second, or another address was faster.'],
  other: ['ended with another error', 'connwatch trace --failed shows the error of each.'],
};

/** Most stories in full; the rest is one line. */
const MOST = 10;

export interface Subject {
  readonly target: string | undefined;
  readonly pid: number | undefined;
}

/** Sentences, each a line. */
export function whyText(what: Subject, answer: Answer): string {
  const { since, until, stories, unnamed } = answer;
  const span = until > since ? `in the last ${duration((until - since) / 1000)}` : 'so far';
  const lines: string[] = [];
  if (stories.length === 0) lines.push(unnamed > 0 ? unknown(what, span) : nothing(what, span));
  for (const story of stories.slice(0, MOST)) lines.push(...storyLines(story, span, until), '');
  if (stories.length > MOST) lines.push(`${plural(stories.length - MOST, 'more program and peer', 'more programs and peers')} had less trouble: connwatch why --json shows all.`);
  if (answer.listeners !== undefined) lines.push(...listenerLines(answer.listeners, stories));
  if (unnamed > 0) lines.push(`The peer of ${plural(unnamed, 'other connect')} is not known (docs/terminal.md): some of them may belong here.`);
  while (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n`;
}

function nothing({ target, pid }: Subject, span: string): string {
  if (pid === undefined) return `Nothing on this machine connected to ${target ?? 'anything'} ${span}, and nothing is connected to it.`;
  return `Process ${pid} and others of its program made no connect${target === undefined ? '' : ` to ${target}`} ${span}, and have no such connection open.`;
}

function unknown({ target, pid }: Subject, span: string): string {
  return `No connect ${pid === undefined ? '' : `of process ${pid} `}${target === undefined ? '' : `to ${target} `}is known ${span}, and none is open.`;
}

function storyLines(story: Story, span: string, now: number): string[] {
  const { workload, address, port, attempts, succeeded, failures, lastSuccess, handshake, retransmits, resets, pending, open } = story;
  const place = placeName(workload);
  const who = `${processName(workload, 0)}${place && ` (${place})`}`;
  const lines = [`${who} -> ${endpoint(address, port)}: ${attempts === 0 ? `no connect ended ${span}` : `${plural(attempts, 'connect')} ended ${span}, ${ofAll(succeeded, attempts)} succeeded`}.`];
  for (const { outcome, count, last } of failures) {
    const [what, means] = MEANING[outcome as Exclude<Outcome, 'success'>];
    lines.push(`  ${count} ${count === 1 ? 'was' : 'were'} ${what}, the last one ${ago(last, now)}. ${means}`.replace(/ (was|were) ended/, ' ended'));
  }
  if (failures.length > 0 && lastSuccess !== undefined) lines.push(`  The last success was ${ago(lastSuccess, now)}.`);
  if (pending.count > 0) lines.push(`  ${pending.count} ${pending.count === 1 ? 'waits' : 'wait'} for an answer now, the oldest for ${duration(pending.longest)}${ofProcesses(pending.pids)}.`);
  if (handshake !== undefined) lines.push(`  Half of the handshakes took at most ${duration(handshake.p50)}, 99 % at most ${duration(handshake.p99)}.`);
  if (retransmits > 0) lines.push(`  ${plural(retransmits, 'SYN')} had to be sent again: packets are lost, dropped by a firewall, or the other side is overloaded.`);
  if (resets.peer > 0) lines.push(`  ${plural(resets.peer, 'established connection was', 'established connections were')} reset by the other side: its program closed with unread data or was killed, or a proxy or firewall on the way ended them.`);
  if (resets.owner > 0) lines.push(`  ${plural(resets.owner, 'established connection was', 'established connections were')} reset by the program itself.`);
  if (open > 0) lines.push(`  ${plural(open, 'connection is', 'connections are')} open now.`);
  return lines;
}

function ofAll(count: number, all: number): string {
  return count === all ? (all === 1 ? 'it' : 'all') : count === 0 ? 'none' : `${count}`;
}

function ago(then: number, now: number): string {
  const seconds = Math.max(0, now - then) / 1000;
  return seconds < 1 ? 'just now' : `${duration(seconds)} ago`;
}

function ofProcesses(pids: readonly number[]): string {
  const known = pids.filter((pid) => pid !== 0);
  if (known.length === 0) return '';
  return ` (pid ${known.slice(0, 5).join(', ')}${known.length > 5 ? ', ...' : ''})`;
}

function listenerLines(listeners: readonly SocketInfo[], stories: readonly Story[]): string[] {
  const refused = stories.some(({ failures }) => failures.some(({ outcome }) => outcome === 'refused'));
  if (listeners.length > 0)
    return [...listeners.map(({ workload, pid = 0, localPort, receiveQueue = 0, sendQueue = 0, netns }) => {
      const place = placeName(workload);
      const full = receiveQueue >= sendQueue && receiveQueue > 0 ? ' The queue is full, so SYNs are dropped.' : '';
      return `On this machine ${processName(workload, pid)}${place && ` (${place})`} listens on port ${localPort} (network namespace ${netns ?? 'unknown'}); ${receiveQueue} of ${sendQueue} wait in its queue.${full}`;
    }), ...(refused ? ['What is refused although a program listens went to an address or a network namespace in which it does not, or came before it listened: ss -ltn shows the addresses.'] : [])];
  return stories.some(({ address }) => isLoopback(address)) ? ['Nothing on this machine listens on that port.'] : [];
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
