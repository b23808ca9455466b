import { lookup } from 'node:dns/promises';
import { readFile, readlink } from 'node:fs/promises';
import { isIP, SocketAddress } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import wrap from 'wrap-ansi';
import { ConnwatchError } from '../../internal/errors.ts';
import type { ClientSource } from '../../live/client/source.ts';
import type { RecentMessage } from '../../live/recent/recent.ts';
import type { SocketsMessage } from '../../live/sockets/sockets.ts';
import { whyText } from '../../live/text/why.ts';
import { answer, type Asked, type AskedProcess } from '../../live/why/answer.ts';
import type { Question, Target } from '../../live/why/question.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';
import { first } from '../../live/client/first.ts';
import { stopSignals } from './signals.ts';

export interface WhyOptions {
  readonly question: Question;
  /** Milliseconds, for a source that knows no past. */
  readonly duration: number;
  readonly json: boolean;
}

/**
 * `connwatch why`: what is known, in sentences.
 * @throws (rejects) ConnwatchError
 */
export async function why(source: ClientSource, { question, duration, json }: WhyOptions, host: Pick<Host, 'stdout' | 'stderr' | 'display' | 'events' | 'takeOverSignals'>): Promise<number> {
  const asked = await askedOf(question);
  const stop = new AbortController();
  using _signals = stopSignals(host, () => stop.abort());
  if (!source.hasPast) {
    host.stderr(`Nothing is known of the time before: watching for ${duration / 1000} s.\n`);
    await delay(duration, undefined, { signal: stop.signal }).catch(() => {});
  }
  // The sockets first: they come with the end of a window, which is then in the past.
  const sockets = await first<SocketsMessage>((take) => source.sockets(take), stop.signal);
  const recent = await first<RecentMessage>((take) => source.recent(take), stop.signal);
  const found = answer(asked, recent, sockets);
  const { target, pid } = question;
  if (pid !== undefined && asked.process === undefined && !sockets.sockets.some((socket) => socket.pid === pid))
    throw new ConnwatchError(`there is no process ${pid} that this user may look at, and it has no socket.`, { code: 'CW_LIVE', hint: 'A pid is that of the host. The program of a process that has ended is found by its peer: connwatch why HOST:PORT.' });
  // Without the words of its command line, which may be secret.
  host.stdout(json ? `${JSON.stringify({ question, ...asked, process: asked.process?.executable, ...found })}\n` : wrapped(whyText({ target: target && describe(target, asked), pid }, found), host.display.columns));
  return EXIT.fine;
}

/** In a terminal, lines break between words. */
function wrapped(text: string, columns: number | undefined): string {
  return columns === undefined ? text : wrap(text, columns, { trim: false });
}

async function askedOf({ target, pid }: Question): Promise<Asked> {
  return {
    addresses: target === undefined ? undefined : await addressesOf(target.host),
    port: target?.port,
    pid,
    process: pid === undefined ? undefined : await processOf(pid),
  };
}

/** undefined if there is none, or none of which this user may know. */
async function processOf(pid: number): Promise<AskedProcess | undefined> {
  try {
    const [executable, words] = [await readlink(`/proc/${pid}/exe`), await readFile(`/proc/${pid}/cmdline`, 'utf8')];
    return { executable: basename(executable.replace(/ \(deleted\)$/, '')), words: words.split('\0').map((word) => basename(word)) };
  } catch {
    return undefined;
  }
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) === 6) return [new SocketAddress({ address: host, family: 'ipv6' }).address.replace(/^::ffff:(?=[\d.]+$)/, '')];
  if (isIP(host) === 4) return [host];
  try {
    return [host, ...(await lookup(host, { all: true })).map(({ address }) => address)];
  } catch {
    throw new ConnwatchError(`the name ${host} has no address.`, { code: 'CW_CONFIG', hint: 'Give an address, or see whether DNS works on this machine.' });
  }
}

function describe({ host, port }: Target, { addresses }: Asked): string {
  const name = `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
  const others = isIP(host) === 0 ? (addresses?.filter((address) => address !== host) ?? []) : [];
  return others.length === 0 ? name : `${name} (${others.join(', ')})`;
}
