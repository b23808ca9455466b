import { statSync } from 'node:fs';
import { ERROR_CODES } from '../../internal/codes.ts';
import { ConnwatchError } from '../../internal/errors.ts';
import { refuseSpecial } from '../../internal/files/regular-file.ts';
import { Invalid } from '../../internal/invalid.ts';
import { builtFile } from './built-file.ts';

/**
 * The BPF object to load. Checks the file first, because libbpf would wait for a pipe and read a device for ever.
 * @throws ConnwatchError CW_BPF_OPEN
 */
export function objectFile(path: string = builtFile('connwatch.bpf.o')): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  try {
    if (stats !== undefined) refuseSpecial(stats);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    throw new ConnwatchError(`The BPF programs cannot be used: cannot read the BPF object ${path}: ${error.message}.`, {
      code: 'CW_BPF_OPEN',
      hint: ERROR_CODES.CW_BPF_OPEN.todo,
      cause: error,
    });
  }
  return path;
}
