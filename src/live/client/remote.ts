import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { ConnwatchError, codeOf, oneLine } from '../../internal/errors.ts';
import { version } from '../../internal/version.ts';
import { PROTOCOL, PROTOCOL_HEADER, VERSION_HEADER } from '../socket/protocol.ts';
import type { RecentMessage } from '../recent/recent.ts';
import type { SocketsMessage } from '../sockets/sockets.ts';
import type { SocketsEnd, WindowEnd, WindowMessage } from '../source.ts';
import type { TraceEnd, TraceMessage } from '../trace/event.ts';
import type { TraceFilter } from '../trace/filter.ts';
import type { ClientSource, Watching } from './source.ts';

/** Time for the agent's first answer. */
const ANSWER_MS = 5000;

/** An agent that answers on its socket. */
export class RemoteSource implements ClientSource {
  readonly origin: string;
  readonly hasPast = true;
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
    this.origin = `the agent at ${path}`;
  }

  /** @throws (rejects) the system's error if nobody answers; ConnwatchError CW_LIVE if it is not an agent of this version */
  static async open(path: string): Promise<RemoteSource> {
    const response = await begin(path, request({ socketPath: path, path: '/', signal: AbortSignal.timeout(ANSWER_MS) }));
    for await (const _ of response);
    return new RemoteSource(path);
  }

  trace(filter: TraceFilter, onMessage: (message: TraceMessage) => void): Watching<TraceEnd> {
    return this.#stream<TraceEnd>(`/trace?filter=${encodeURIComponent(JSON.stringify(filter))}`, onMessage);
  }

  sockets(onMessage: (message: SocketsMessage) => void): Watching<SocketsEnd> {
    return this.#stream<SocketsEnd>('/sockets', onMessage);
  }

  recent(onMessage: (message: RecentMessage) => void): Watching<SocketsEnd> {
    return this.#stream<SocketsEnd>('/recent', onMessage);
  }

  windows(onMessage: (message: WindowMessage) => void): Watching<WindowEnd> {
    return this.#stream<WindowEnd>('/windows', onMessage);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** @param onMessage gets all messages but the last one, which has `event: 'end'` */
  #stream<End>(path: string, onMessage: (message: never) => void): Watching<End> {
    const asked = request({ socketPath: this.#path, path, method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    asked.flushHeaders();
    const read = async (): Promise<End | undefined> => {
      const response = await begin(this.#path, asked);
      let end: End | undefined;
      try {
        for await (const line of linesOf(response)) {
          const message = JSON.parse(line) as { readonly event: string };
          if (message.event === 'end') end = message as End;
          else onMessage(message as never);
        }
      } catch (error) {
        // The agent was killed.
        if (!['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '')) throw error;
      }
      return end;
    };
    return { end: () => void asked.end(), ended: read() };
  }
}

/** Waits for the answer, and checks who gives it. */
async function begin(path: string, asked: ClientRequest): Promise<IncomingMessage> {
  if (asked.method === 'GET') asked.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => asked.on('response', resolve).on('error', reject));
  asked.on('error', () => {});
  const { [PROTOCOL_HEADER]: protocol, [VERSION_HEADER]: theirs } = response.headers;
  if (protocol !== PROTOCOL) {
    response.destroy();
    throw protocol === undefined ? stranger(path) : otherVersion(path, String(theirs));
  }
  if (response.statusCode === 200) return response;
  const text = (await Array.fromAsync(linesOf(response)))[0] ?? '';
  throw new ConnwatchError(`the agent at ${path} refuses: ${errorIn(text)}.`, { code: 'CW_LIVE', hint: 'The message says why.' });
}

function stranger(path: string): ConnwatchError {
  return new ConnwatchError(`the program that answers at ${path} is not connwatch.`, { code: 'CW_LIVE', hint: 'Give the socket of the agent with --socket.' });
}

function otherVersion(path: string, theirs: string): ConnwatchError {
  return new ConnwatchError(`the agent at ${path} has another version, ${theirs}, than this command, ${version}.`, {
    code: 'CW_LIVE',
    hint: "Use the command of the agent's installation, or restart the agent after an update.",
  });
}

function errorIn(text: string): string {
  try {
    return String((JSON.parse(text) as { error: unknown }).error);
  } catch (error) {
    return oneLine(error);
  }
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}
