import { isDeepStrictEqual } from 'node:util';
import { type PushSettings, readHeadersFile } from '../config/index.ts';
import { hider } from '../export/index.ts';
import { Invalid } from '../internal/invalid.ts';

/** The headers of a file, and whatever is to be hidden of what is pushed. */
export interface PushHeaders {
  /**
   * Reads the file again. It may hold others than at the start, as after a rotation.
   * @throws Invalid why it cannot be used, without any of its text
   */
  readonly read: () => readonly (readonly [name: string, value: string])[];
  /** Takes credentials out of a text: those of the start, and those that were read last. */
  readonly hide: (text: string) => string;
}

/** One for all that is pushed: whoever warns of one signal may repeat what was sent with the other. */
export function pushHeaders({ metrics, logs }: PushSettings): PushHeaders {
  const secrets = [...(metrics?.secrets ?? []), ...(logs?.secrets ?? [])];
  const file = (metrics ?? logs)?.headersFile;
  let hide = hider(secrets);
  let [last, before]: [readonly string[], readonly string[]] = [[], []];
  return {
    read: () => {
      if (file === undefined) return [];
      const headers = readAgain(file);
      // A refusal of the headers before may still be under way.
      if (!isDeepStrictEqual(headers.secrets, last)) [last, before] = [headers.secrets, last];
      hide = hider([...secrets, ...before, ...last]);
      return headers.pairs;
    },
    hide: (text) => hide(text),
  };
}

function readAgain(path: string): ReturnType<typeof readHeadersFile> {
  try {
    return readHeadersFile(path);
  } catch (error) {
    throw error instanceof Invalid ? new Invalid(`${path} (otlp-headers-file) cannot be used: ${error.message}`, { cause: error }) : error;
  }
}
