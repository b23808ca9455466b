import { type OtlpTarget, readHeadersFile } from '../config/index.ts';
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

export function pushHeaders({ headersFile, secrets }: Pick<OtlpTarget, 'headersFile' | 'secrets'>): PushHeaders {
  let hide = hider(secrets);
  let before: readonly string[] = [];
  return {
    read: () => {
      if (headersFile === undefined) return [];
      const headers = readAgain(headersFile);
      // A refusal of the headers before may still be under way.
      hide = hider([...secrets, ...before, ...headers.secrets]);
      before = headers.secrets;
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
