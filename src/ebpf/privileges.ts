import { readFileSync } from 'node:fs';
import { loadBinding, type PrivilegesLeft } from './binding.ts';
import { CAP_BPF, CAP_SYS_ADMIN, capabilityNames } from './capabilities.ts';

/** Capabilities that the running agent needs, and the reason. */
export interface Needs {
  /** Bit n is capability n. */
  readonly keep: bigint;
  readonly why: string;
}

export interface NeedsFacts {
  /** errno of reading maps, statistics and iterators without capabilities; 0: it works. */
  readonly refused: number;
  /** kernel.unprivileged_bpf_disabled; undefined: cannot be read. */
  readonly unprivilegedBpf: number | undefined;
  /** The permitted set of this process. */
  readonly permitted: bigint;
}

/**
 * After attaching, the agent only reads open maps, programs and iterators. Since
 * Linux 5.19 that needs no capability. Before, every bpf() call needs CAP_BPF unless
 * unprivileged_bpf_disabled is 0, which can change any time.
 */
export function needsAfterAttach({ refused, unprivilegedBpf, permitted }: NeedsFacts): Needs {
  const bpf = (permitted & CAP_BPF) !== 0n ? CAP_BPF : permitted & CAP_SYS_ADMIN;
  if (refused !== 0) return { keep: bpf, why: 'this kernel requires it for every bpf() call' };
  if (unprivilegedBpf === 1 || unprivilegedBpf === 2) return { keep: 0n, why: 'reading open maps needs no capability' };
  const value = unprivilegedBpf === undefined ? 'cannot be read' : `is ${unprivilegedBpf}`;
  return { keep: bpf, why: `kernel.unprivileged_bpf_disabled ${value}, and can change while the agent runs` };
}

/** Result of dropping capabilities, for the log. */
export interface Dropped {
  /** Names of the capabilities that are kept. */
  readonly keeps: readonly string[];
  readonly why: string;
  /** Capabilities that should be dropped, but that some thread still has. */
  readonly left: readonly string[];
  readonly noNewPrivileges: boolean;
  /** The bounding set: what executing a program could still gain. */
  readonly bounding: readonly string[];
  /** Number of checked threads; 0: /proc cannot be read, so nothing is known. */
  readonly threads: number;
}

/**
 * Drops, in every thread of this process, the capabilities that a running agent does
 * not need. No BPF program can be loaded afterwards.
 * @throws ConnwatchError CW_ADDON, CW_LAYOUT
 */
export function dropPrivileges(): Dropped {
  const binding = loadBinding();
  const needs = ownNeeds(binding.probeUnprivileged());
  return dropped(needs, binding.dropPrivileges(needs.keep));
}

/** Pure. */
export function dropped({ keep, why }: Needs, { permitted, bounding, noNewPrivileges, threads }: PrivilegesLeft): Dropped {
  return {
    keeps: capabilityNames(permitted & keep),
    why,
    left: capabilityNames(permitted & ~keep),
    noNewPrivileges,
    bounding: capabilityNames(bounding),
    threads,
  };
}

/** Of this process. */
export function ownNeeds(refused: number): Needs {
  const permitted = /^CapPrm:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status') ?? '')?.[1] ?? '0';
  const value = read('/proc/sys/kernel/unprivileged_bpf_disabled')?.trim();
  const unprivilegedBpf = value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  return needsAfterAttach({ refused, unprivilegedBpf, permitted: BigInt(`0x${permitted}`) });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
