import { kernelProbe, type ProgramAnswer } from '../../ebpf/probe.ts';
import type { Settings } from '../../config/index.ts';
import { asError, oneLine } from '../../internal/errors.ts';
import { HELPERS, MAPS, PROGRAMS } from '../requirements.ts';
import type { Answer, Trials } from '../types.ts';

/** Tries everything that the programs need of the kernel. Returns an Error without a usable addon. */
export function runTrials(settings: Pick<Settings, 'ringSize' | 'bpfObject' | 'attach'>): Trials | Error {
  try {
    const probe = kernelProbe();
    return {
      libbpf: probe.libbpf,
      bpf: probe.bpf(),
      programs: mapValues(PROGRAMS, (_, section) => answer(probe.program(section))),
      maps: mapValues(MAPS, (type) => mapAnswer(probe.map(type))),
      helpers: mapValues(HELPERS, ({ id, from }) => answer(probe.program(from, { helper: id }))),
      ...tryObject(() => probe.object({ attach: settings.attach, objectPath: settings.bpfObject, ringSize: settings.ringSize })),
      fexit: answer(probe.program('fexit/tcp_v4_connect', { attach: true })),
      kprobe: answer(probe.program('kprobe/tcp_v4_connect')),
      tracepoint: answer(probe.program('tp/syscalls/sys_exit_connect')),
      perf: probe.perf(),
      unprivileged: probe.unprivileged(),
    };
  } catch (error) {
    return asError(error);
  }
}

const answer = ({ stage, errno }: ProgramAnswer): Answer => ({ stage, errno });
const mapAnswer = (errno: number): Answer => ({ stage: errno === 0 ? '' : 'create', errno });

function tryObject(load: () => Pick<Trials, 'rung'>): Pick<Trials, 'object' | 'rung'> {
  try {
    return { object: undefined, rung: load().rung };
  } catch (error) {
    // Without the hint, which refers to doctor.
    return { object: error instanceof Error ? error.message : oneLine(error), rung: undefined };
  }
}

function mapValues<A, B>(from: Readonly<Record<string, A>>, make: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, make(value, key)]));
}
