import { createRequire } from 'node:module';
import { ConnwatchError, oneLine } from '../internal/errors.ts';
import { LOSS_CLASSES } from '../words/loss-classes.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { ABI_VERSION, EVENT_OFFSETS, EVENT_SIZE } from './layout.ts';
import { COLUMN, SUMS } from '../words/columns.ts';
import { builtFile } from './loading/built-file.ts';
import type { ProgramConfig, Session, SessionConfig } from './session.ts';

/** The addon, as native/binding.cc exports it. This file alone touches the .node file. */
export interface Binding {
  readonly Session: new (config: SessionConfig, onWake: () => void) => Session;
  layout(): NativeLayout;
  libbpfVersion(): string;
  /** Number of this process's network namespace, as records have it. */
  netnsNumber(): number;
  /** _exit(2) */
  quit(code: number): void;
  probeProgram(what: { section: string; helper?: number; attach?: boolean }): ProgramAnswer;
  probeMap(type: number): number;
  probeBpf(): number;
  probePerf(): number;
  probeUnprivileged(): number;
  dropPrivileges(keep: bigint): PrivilegesLeft;
  probeObject(config: ProgramConfig): void;
  /** native/program/preload.h */
  preload(config: ProgramConfig): void;
}

/** native/program/privileges.h: capabilities of all threads together; bit n of a set is capability n. */
export interface PrivilegesLeft {
  readonly permitted: bigint;
  readonly bounding: bigint;
  readonly noNewPrivileges: boolean;
  /** Number of checked threads; 0 if /proc cannot be read. */
  readonly threads: number;
}

/** native/program/probe.h: the stage at which the kernel refused the program; '' if it accepted it. */
export interface ProgramAnswer {
  readonly stage: '' | 'type' | 'target' | 'load' | 'helper' | 'attach';
  /** 0 when there is none. */
  readonly errno: number;
  /** Log of the verifier or of libbpf. */
  readonly log: string;
}

export interface NativeLayout {
  readonly version: number;
  readonly size: number;
  readonly offsets: Readonly<Record<string, number>>;
  readonly outcomes: number;
  readonly handshakeColumn: number;
  readonly sums: number;
  readonly lossClasses: number;
}

let loaded: Binding | undefined;

/** @throws ConnwatchError CW_ADDON, CW_LAYOUT */
export function loadBinding(): Binding {
  if (loaded) return loaded;
  const path = builtFile('connwatch.node');
  let binding: Binding;
  try {
    binding = createRequire(import.meta.url)(path) as Binding;
  } catch (error) {
    throw new ConnwatchError(`The native addon cannot be loaded: ${oneLine(error)}.`, {
      code: 'CW_ADDON',
      hint: 'Install libbpf 1.1 or later (Debian: libbpf1), or build the addon again with `npm run setup`.',
      cause: error,
    });
  }
  assertLayout(binding.layout());
  loaded = binding;
  return binding;
}

/** Version of libbpf, without the v. @throws as loadBinding */
export function libbpfVersion(): string {
  return loadBinding().libbpfVersion().replace(/^v/, '');
}

/** Number of this process's network namespace, as `Key.netns` has it. @throws as loadBinding */
export function ownNetns(): number {
  return loadBinding().netnsNumber();
}

/** @throws ConnwatchError CW_LAYOUT if the addon's record layout differs from layout.ts */
export function assertLayout(native: NativeLayout): void {
  const wrong = difference(native);
  if (wrong === undefined) return;
  throw new ConnwatchError(`The addon and the program have different record layouts: ${wrong}.`, {
    code: 'CW_LAYOUT',
    hint: 'Build all parts from one version with `npm run setup`.',
  });
}

function difference(native: NativeLayout): string | undefined {
  if (native.version !== ABI_VERSION) return `version ${native.version}, expected ${ABI_VERSION}`;
  if (native.size !== EVENT_SIZE) return `${native.size} bytes, expected ${EVENT_SIZE}`;
  if (native.outcomes !== OUTCOMES.length) return `${native.outcomes} outcomes, expected ${OUTCOMES.length}`;
  if (native.lossClasses !== LOSS_CLASSES) return `${native.lossClasses} classes of losses, expected ${LOSS_CLASSES}`;
  if (native.handshakeColumn !== COLUMN.handshake || native.sums !== SUMS) return 'counts with other columns';
  const expected: Record<string, number> = EVENT_OFFSETS;
  for (const field of new Set([...Object.keys(expected), ...Object.keys(native.offsets)])) {
    if (native.offsets[field] !== expected[field])
      return `field ${field} at offset ${native.offsets[field] ?? 'none'}, expected ${expected[field] ?? 'none'}`;
  }
  return undefined;
}
