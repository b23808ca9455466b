import type { ErrorCode } from '../../internal/codes.ts';
import { asError, codeOf } from '../../internal/errors.ts';
import { type Attach, RUNGS, type Rung } from '../../words/rungs.ts';
import { builtFile } from './built-file.ts';
import { isShortage, loadError } from './load-error.ts';
import { objectFile } from './object-file.ts';

/** A rung that the kernel refused, and why. */
export interface Refused {
  readonly rung: Rung;
  readonly reason: string;
}

export interface Climbed<T> {
  readonly opened: T;
  /** undefined: a path was given. */
  readonly rung: Rung | undefined;
  /** Better rungs that were refused. */
  readonly refused: readonly Refused[];
}

const FILES: Readonly<Record<Rung, string>> = {
  btf: 'connwatch.bpf.o',
  raw: 'connwatch-raw.bpf.o',
  tracepoint: 'connwatch-tracepoint.bpf.o',
  kprobe: 'connwatch-kprobe.bpf.o',
};

/** Path of the BPF object of a rung. @throws ConnwatchError CW_ADDON, CW_BPF_OPEN */
export const objectOf = (rung: Rung): string => objectFile(builtFile(FILES[rung]));

/** The BPF object that is tried first. @throws as objectOf */
export function firstObject(attach: Attach, path: string | undefined): string {
  return path === undefined ? objectOf(attach === 'auto' ? RUNGS[0] : attach) : objectFile(path);
}

/** Errors after which another rung may work. */
const REFUSALS: readonly ErrorCode[] = ['CW_BPF_LOAD', 'CW_BPF_ATTACH', 'CW_TRACEFS'];

/**
 * Opens the best rung that the kernel accepts; with a path or a given rung only that one.
 * @throws ConnwatchError of the best rung if the kernel accepts none, because its reason leads furthest
 */
export function climb<T>(attach: Attach, path: string | undefined, open: (path: string) => T): Climbed<T> {
  if (path !== undefined || attach !== 'auto') {
    const rung = path === undefined && attach !== 'auto' ? attach : undefined;
    return { opened: attempt(() => open(firstObject(attach, path))), rung, refused: [] };
  }
  const refused: Refused[] = [];
  let first: unknown;
  for (const rung of RUNGS) {
    try {
      return { opened: attempt(() => open(objectOf(rung))), rung, refused };
    } catch (error) {
      first ??= error;
      if (rung === RUNGS[0] && !mayGoOn(error)) throw error;
      refused.push({ rung, reason: asError(error).message });
    }
  }
  throw first;
}

function mayGoOn(error: unknown): boolean {
  return REFUSALS.some((code) => code === codeOf(error)) && !isShortage(error);
}

function attempt<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw loadError(error);
  }
}
