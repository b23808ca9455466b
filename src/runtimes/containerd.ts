import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { Reader, Writer } from 'protobufjs/minimal.js';
import { ConnwatchError, codeOf, oneLine } from '../internal/errors.ts';
import { type Called, withoutTag } from './called.ts';

const TIMEOUT_MS = 3000;
const MOST_BYTES = 4 << 20;
/** Namespaces of containerd that are searched: Docker's is `moby`, nerdctl's `default`. */
const MOST_NAMESPACES = 32;
/** nerdctl's name for a container (nerdctl, pkg/labels). */
const NAME_LABEL = 'nerdctl/name';

/**
 * Asks containerd about containers by their ids, in all its namespaces. Reads only: the two requests are
 * Namespaces/List and Containers/Get (containerd, api/services).
 */
export class Containerd {
  readonly #client: Client;
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#client = new Client(`unix:${socketPath}`, credentials.createInsecure(), { 'grpc.max_receive_message_length': MOST_BYTES });
  }

  /** undefined: it has none by this id, or only the id. @throws (rejects) ConnwatchError CW_RUNTIME */
  async inspect(id: string, signal: AbortSignal): Promise<Called | undefined> {
    const namespaces = await this.#ask('namespaces.v1.Namespaces/List', new Uint8Array(), undefined, signal);
    for (const namespace of stringsIn(namespaces, 1, 1).slice(0, MOST_NAMESPACES)) {
      try {
        const answer = await this.#ask('containers.v1.Containers/Get', Writer.create().uint32(10).string(id).finish(), namespace, signal);
        return described(answer);
      } catch (error) {
        if (codeOf(error) !== 'NOT_FOUND') throw error;
      }
    }
    return undefined;
  }

  close(): void {
    this.#client.close();
  }

  #ask(method: string, request: Uint8Array, namespace: string | undefined, signal: AbortSignal): Promise<Buffer> {
    const metadata = new Metadata();
    if (namespace !== undefined) metadata.set('containerd-namespace', namespace);
    return new Promise((resolve, reject) => {
      const path = `/containerd.services.${method}`;
      const bytes = (value: Uint8Array): Buffer => Buffer.from(value);
      const call = this.#client.makeUnaryRequest(path, bytes, (answer) => answer, request, metadata, { deadline: Date.now() + TIMEOUT_MS }, (error, answer) => {
        signal.removeEventListener('abort', cancel);
        if (error?.code === status.NOT_FOUND) reject(Object.assign(this.#problem('there is no such container'), { code: 'NOT_FOUND' }));
        else if (error !== null || answer === undefined) reject(this.#problem(error === null ? 'it does not answer' : oneLine(error.details)));
        else resolve(answer);
      });
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel);
    });
  }

  #problem(what: string): ConnwatchError {
    return new ConnwatchError(`the container runtime at ${this.#socketPath}: ${what}.`, { code: 'CW_RUNTIME', hint: 'Check --container-runtime; the agent needs the right to connect to that socket.' });
  }
}

/** Of GetContainerResponse: container = 1, in it labels = 2 (a map) and image = 3. */
function described(answer: Uint8Array): Called | undefined {
  const [container = new Uint8Array()] = fieldsOf(answer, 1);
  const labels = new Map(fieldsOf(container, 2).map((entry) => [textIn(entry, 1), textIn(entry, 2)]));
  const name = labels.get(NAME_LABEL);
  return name === undefined || name === '' ? undefined : { name, image: withoutTag(textIn(container, 3)) };
}

/** The strings in one field of each message in another. */
function stringsIn(message: Uint8Array, outer: number, inner: number): string[] {
  return fieldsOf(message, outer).map((one) => textIn(one, inner));
}

function textIn(message: Uint8Array, field: number): string {
  const [text = new Uint8Array()] = fieldsOf(message, field);
  return Buffer.from(text).toString('utf8').slice(0, 1024);
}

/** Fields that have a length, by number. */
function fieldsOf(message: Uint8Array, field: number): Uint8Array[] {
  const reader = Reader.create(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((field << 3) | 2)) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}
