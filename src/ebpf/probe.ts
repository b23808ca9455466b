import { loadBinding } from './binding.ts';
import type { ProgramAnswer } from './binding.ts';
import { defaultConfig } from './config.ts';
import { loadError } from './loading/load-error.ts';
import { objectFile } from './loading/object-file.ts';

export type { ProgramAnswer };

/**
 * What this kernel lets this process do, found out by doing it and undoing it
 * at once. For `connwatch doctor`; a Manager needs none of it.
 * Every function @throws ConnwatchError CW_ADDON, CW_LAYOUT when there is no usable addon.
 */
export interface KernelProbe {
  /** libbpf's version, without the v. */
  readonly libbpf: string;
  /** errno of the smallest use of bpf() there is, 0 when it is allowed. */
  bpf(): number;
  /** errno of the smallest use of perf_event_open(), by which kprobes and classic tracepoints are attached; 0 when it is allowed. */
  perf(): number;
  /** errno of what bpf() is called for by an agent that is attached, without any capability; 0 when that works. */
  unprivileged(): number;
  /**
   * Loads a program that does nothing as `section` (`tp_btf/NAME`, `iter/NAME`, ...) says.
   * With `helper` (a number of enum bpf_func_id) it asks whether such a program may call that.
   */
  program(section: string, options?: { readonly helper?: number; readonly attach?: boolean }): ProgramAnswer;
  /** errno of creating a map of this type (a number of enum bpf_map_type), 0 when it can be. */
  map(type: number): number;
  /**
   * Loads the whole BPF object without attaching it.
   * @throws ConnwatchError as Manager.start() would
   */
  object(path: string | undefined, ringSize: number): void;
}

/** @throws ConnwatchError CW_ADDON, CW_LAYOUT */
export function kernelProbe(): KernelProbe {
  const binding = loadBinding();
  return {
    libbpf: binding.libbpfVersion().replace(/^v/, ''),
    bpf: () => binding.probeBpf(),
    perf: () => binding.probePerf(),
    unprivileged: () => binding.probeUnprivileged(),
    program: (section, options = {}) => binding.probeProgram({ section, ...options }),
    map: (type) => binding.probeMap(type),
    object(path, ringSize) {
      try {
        const { connSlots, syncFailures } = defaultConfig();
        binding.probeObject({ path: objectFile(path), ringSize, connSlots, syncFailures });
      } catch (error) {
        throw loadError(error);
      }
    },
  };
}
