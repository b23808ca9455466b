import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConnwatchError, oneLine } from '../internal/errors.ts';
import { LOSS_CLASSES } from '../words/loss-classes.ts';
import { OUTCOMES } from '../words/outcomes.ts';
import { ABI_VERSION, EVENT_OFFSETS, EVENT_SIZE } from './layout.ts';
import { COLUMN, SUMS } from '../words/columns.ts';
import type { Counts, Folded, Listeners, LiveSockets, ProcessCounts, Sockets } from './types.ts';

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
  /** native/preload.h */
  preload(config: ProgramConfig): void;
}

/** native/privileges.h: capabilities of all threads together; bit n of a set is capability n. */
export interface PrivilegesLeft {
  readonly permitted: bigint;
  readonly bounding: bigint;
  readonly noNewPrivileges: boolean;
  /** Number of checked threads; 0 if /proc cannot be read. */
  readonly threads: number;
}

/** native/probe.h: the stage at which the kernel refused the program; '' if it accepted it. */
export interface ProgramAnswer {
  readonly stage: '' | 'type' | 'target' | 'load' | 'helper' | 'attach';
  /** 0 when there is none. */
  readonly errno: number;
  /** Log of the verifier or of libbpf. */
  readonly log: string;
}

/** Settings of a session. Equal settings load the same programs. */
export interface ProgramConfig {
  readonly path: string;
  readonly ringSize: number;
  readonly connSlots: number;
  readonly syncFailures: string;
}

/** Upper bounds of buckets, seconds. */
export interface Bounds {
  /** Of round trips too. */
  readonly handshake: readonly number[];
  readonly life: readonly number[];
}

export interface SessionConfig extends ProgramConfig {
  readonly batchSize: number;
  /** Config.immediate */
  readonly immediate: boolean;
  /** src/words/columns.ts */
  readonly bounds: Bounds;
  /** undefined: times are not counted in exponential buckets. */
  readonly exponentialBounds: Bounds | undefined;
  readonly seriesLimit: number;
  /** Config.clientRanges */
  readonly clientRanges?: Uint8Array;
}

/** native/session.cc. Every method but close throws CW_CLOSED after close. */
export interface Session {
  readonly events: ArrayBuffer;
  readonly keys: ArrayBuffer;
  /** Results of the last drain; DRAINED has their indices. */
  readonly drained: Float64Array;
  /** Output of readKey and readProcess. */
  readonly details: ArrayBuffer;
  drain(): void;
  /** Sets the doorbell. Returns false, and does not set it, if records wait already. */
  arm(): boolean;
  requestCut(): void;
  live(): LiveSockets;
  listeners(): Listeners;
  /** Counts of records that could not be sent, since the last call and up to the last stats(). The call adds them to counts(). */
  folded(): Folded;
  /** Counts by key since the last call. */
  counts(): Counts;
  /** Counts of processes at the last cut. Call it once for each cut. */
  processes(): ProcessCounts;
  /** Numbers of workloads whose last process has ended since the last call. */
  gone(): Uint32Array;
  /** Writes a key into `details` (keys/details.ts). Returns false if the number is not in use. */
  readKey(id: number): boolean;
  /** Writes a process of ProcessCounts into `details`. Returns false if the number is not in use. */
  readProcess(number: number): boolean;
  /** May contain duplicates. */
  cgroupsInUse(): BigUint64Array;
  setSeriesLimit(limit: number): void;
  /** Manager.setFailures */
  setFailures(most: number): void;
  /** At most so many records of connects, accepts and closes are in one batch. `immediate`: as Config.immediate, from now on. */
  setTap(most: number, immediate: boolean): void;
  /** The next cut keeps its sockets. */
  keepSockets(): void;
  /** Those of the last cut, once. */
  sockets(): Sockets;
  /** Writes the process of a record's owner, two words, into `details`. Returns false if it is not known. */
  readOwner(low: number, high: number): boolean;
  cgroups(): NativeCgroup[];
  /** Three numbers for each namespace: netns, inode, pid. */
  namespaces(): Uint32Array;
  release(ids: Uint32Array): void;
  stats(): NativeStats;
  close(): void;
}

/**
 * Indices of native/session.h, Drained. count: number of connection records; records: number of those in `events`.
 * cut, more: 0 or 1. lag: age of the first record, ns; 0 without records. processes: number of process records.
 * untapped: records that setTap asks for and that had no room.
 */
export const DRAINED = { count: 0, records: 1, leftOut: 2, cut: 3, more: 4, lag: 5, processes: 6, cgroups: 7, untapped: 8 } as const;

export interface NativeCgroup {
  readonly id: bigint;
  /** The path has more ancestors than fit. */
  readonly cutOff: boolean;
  /** Its own name in cgroup v2, then its parent's, ...; each ends with NUL. */
  readonly names: Uint8Array;
  /** The same in a v1 hierarchy; no names if it is at the root there, or there is none. */
  readonly cutOffV1: boolean;
  readonly namesV1: Uint8Array;
}

export interface NativeStats {
  /** Index: enum cw_loss times lossClasses plus enum cw_loss_class. */
  readonly lost: Float64Array;
  /** Records that found the ring full and are not in folded(). Index: enum cw_loss_class. */
  readonly unfolded: Float64Array;
  /** Index: enum cw_kind. */
  readonly seen: Float64Array;
  readonly probes: { name: string; mechanism: string; required: boolean; attached: boolean }[];
  /** Records that were deduced, because the kernel skipped the program for a state change. Part of `seen`. */
  readonly late: number;
  readonly undecodable: number;
  readonly recursion: number;
  readonly ringUsed: number;
  readonly ringSize: number;
  /** Age of the last complete scan, from its start, ns. */
  readonly scanAge: number;
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

/** Packages with what is built, for a machine without compilers; npm installs the one that fits. */
const PREBUILT = ['gnu', 'musl'].map((libc) => `@connwatch/linux-${process.arch}-${libc}`);

/** Path of a built file: in build/ of a checkout or an archive, or in an npm package. */
export function builtFile(name: string): string {
  return inBuildFolder(name) ?? inPackage(name) ?? refuseMissing(name);
}

// Searches upwards, because the sources and the bundle are at different depths.
function inBuildFolder(name: string): string | undefined {
  for (let folder = import.meta.dirname, depth = 0; depth < 4; folder = dirname(folder), depth++) {
    const path = join(folder, 'build', name);
    if (existsSync(path)) return path;
  }
  return undefined;
}

function inPackage(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  const found = PREBUILT.flatMap((prebuilt) => {
    try {
      return [require.resolve(`${prebuilt}/${name}`)];
    } catch {
      return []; // not installed
    }
  });
  // Installers that do not know npm's field `libc` install both.
  return found.length > 1 && hasMusl() ? found[1] : found[0];
}

function hasMusl(): boolean {
  Object.assign(process.report, { excludeNetwork: true }); // which would take seconds
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

function refuseMissing(name: string): never {
  throw new ConnwatchError(`${name} was not found: not in build/, and no package ${PREBUILT.join(' or ')} is installed.`, {
    code: 'CW_ADDON',
    hint: 'In a checkout run `npm run setup`. Elsewhere install connwatch again, without --omit=optional; there are packages for x64 and arm64.',
  });
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
