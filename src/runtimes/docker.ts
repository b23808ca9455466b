import { request } from 'node:http';
import * as z from 'zod/mini';
import { ConnwatchError } from '../internal/errors.ts';
import { type Called, withoutTag } from './called.ts';

const MOST_BYTES = 4 << 20;
const TIMEOUT_MS = 3000;
const text = z.string().check(z.minLength(1), z.maxLength(1024));
const container = z.object({ Name: text, Config: z.optional(z.object({ Image: z.optional(z.string().check(z.maxLength(1024))) })) });

/**
 * Asks Docker, or podman in its place, about one container by its id; undefined: it has none by this id. Nothing is
 * ever written: the only request is `GET /containers/ID/json`.
 * @throws (rejects) ConnwatchError CW_RUNTIME
 */
export async function inspect(socketPath: string, id: string, signal: AbortSignal): Promise<Called | undefined> {
  const { status, body } = await get(socketPath, `/containers/${encodeURIComponent(id)}/json`, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
  if (status === 404) return undefined;
  if (status !== 200) throw problem(socketPath, `it answers ${status}`);
  const { success, data } = container.safeParse(parsed(socketPath, body));
  if (!success) throw problem(socketPath, 'it does not describe a container');
  // Docker's names begin with a slash.
  return { name: data.Name.replace(/^\//, ''), image: withoutTag(data.Config?.Image) };
}

function get(socketPath: string, path: string, signal: AbortSignal): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(problem(socketPath, signal.aborted ? 'no answer in time' : error.message));
    request({ socketPath, path, signal, headers: { host: 'localhost' } }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response
        .on('data', (chunk: Buffer) => {
          length += chunk.length;
          chunks.push(chunk);
          if (length > MOST_BYTES) response.destroy(new ConnwatchError(`an answer of more than ${MOST_BYTES} bytes`, { code: 'CW_RUNTIME' }));
        })
        .on('error', failed)
        .on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
    })
      .on('error', failed)
      .end();
  });
}

function parsed(socketPath: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw problem(socketPath, 'the answer is not JSON');
  }
}

function problem(socketPath: string, what: string): ConnwatchError {
  return new ConnwatchError(`the container runtime at ${socketPath}: ${what}.`, { code: 'CW_RUNTIME', hint: 'Check --container-runtime; the agent needs the right to connect to that socket.' });
}
