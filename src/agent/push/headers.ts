import { isDeepStrictEqual } from 'node:util';
import { type PushSettings, readHeadersFile } from '../../config/index.ts';
import { hider } from '../../export/index.ts';
import { codeOf, oneLine } from '../../internal/errors.ts';
import { Invalid } from '../../internal/invalid.ts';
import type { Logger } from '../../internal/log/log.ts';

/** Headers of a file, and a function that hides all credentials of the push. */
export interface PushHeaders {
  /**
   * Reads the file again, because a rotation may have changed it. If only the dropped
   * privileges could read it, returns the previous content.
   * @throws Invalid why it cannot be used, without any of its text
   */
  readonly read: () => readonly (readonly [name: string, value: string])[];
  /** Removes credentials from a text: those of the start, and those read last. */
  readonly hide: (text: string) => string;
}

/** One for metrics and logs, because a warning about one may repeat credentials of the other. */
export function pushHeaders({ metrics, logs }: PushSettings, log: Pick<Logger, 'warn'>): PushHeaders {
  const secrets = [...(metrics?.secrets ?? []), ...(logs?.secrets ?? [])];
  const file = (metrics ?? logs)?.headersFile;
  const read = file === undefined ? undefined : keepReading(file, log);
  let hide = hider(secrets);
  let [last, before]: [readonly string[], readonly string[]] = [[], []];
  return {
    read: () => {
      if (read === undefined) return [];
      const headers = read();
      // An answer to the previous headers may still arrive.
      if (!isDeepStrictEqual(headers.secrets, last)) [last, before] = [headers.secrets, last];
      hide = hider([...secrets, ...before, ...last]);
      return headers.pairs;
    },
    hide: (text) => hide(text),
  };
}

type Headers = ReturnType<typeof readHeadersFile>;

/** Reads the file now, with all privileges, and at each call of the result. */
function keepReading(path: string, log: Pick<Logger, 'warn'>): () => Headers {
  let last: Headers | undefined;
  let said = false;
  const read = (): Headers => {
    try {
      last = readAgain(path);
      said = false;
    } catch (error) {
      if (last === undefined || !isForbidden(error)) throw error;
      if (!said) log.warn({ error: oneLine(error) }, 'the file with headers cannot be read again; its previous content is used');
      said = true;
    }
    return last;
  };
  try {
    read();
  } catch {
    // The next attempt to push says why.
  }
  return read;
}

function isForbidden(error: unknown): boolean {
  const code = error instanceof Invalid && error.cause instanceof Invalid ? codeOf(error.cause.cause) : undefined;
  return code === 'EACCES' || code === 'EPERM';
}

function readAgain(path: string): Headers {
  try {
    return readHeadersFile(path);
  } catch (error) {
    throw error instanceof Invalid ? new Invalid(`${path} (otlp-headers-file) cannot be used: ${error.message}`, { cause: error }) : error;
  }
}
