import { loadBinding } from './binding.ts';
import type { ProgramAnswer } from './binding.ts';
import { type Config, defaultConfig } from './config.ts';
import { loadError } from './loading/load-error.ts';
import { climb, type Climbed } from './loading/rungs.ts';

export type { ProgramAnswer };

/**
 * Tries what this kernel allows this process, and undoes each trial at once. For
 * `connwatch doctor`; a Manager does not use it.
 * Every function @throws ConnwatchError CW_ADDON, CW_LAYOUT without a usable addon.
 */
export interface KernelProbe {
  /** libbpf's version, without the v. */
  readonly libbpf: string;
  /** errno of the smallest bpf() call; 0: allowed. */
  bpf(): number;
  /** errno of the smallest perf_event_open() call, which attaches kprobes and classic tracepoints; 0: allowed. */
  perf(): number;
  /** errno of the bpf() calls of an attached agent, made without any capability; 0: they work. */
  unprivileged(): number;
  /**
   * Loads an empty program for `section` (`tp_btf/NAME`, `iter/NAME`, ...). With `helper` (a
   * number of enum bpf_func_id) the program calls that helper.
   */
  program(section: string, options?: { readonly helper?: number; readonly attach?: boolean }): ProgramAnswer;
  /** errno of creating a map of this type (a number of enum bpf_map_type); 0: it works. */
  map(type: number): number;
  /**
   * Loads the whole BPF object without attaching it: the first that the kernel accepts.
   * @throws ConnwatchError as Manager.start() would
   */
  object(config: Pick<Config, 'attach' | 'objectPath' | 'ringSize'>): Omit<Climbed<void>, 'opened'>;
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
    object({ attach, objectPath, ringSize }) {
      try {
        const { connSlots, syncFailures } = defaultConfig();
        return climb(attach, objectPath, (path) => binding.probeObject({ path, ringSize, connSlots, syncFailures }));
      } catch (error) {
        throw loadError(error);
      }
    },
  };
}
