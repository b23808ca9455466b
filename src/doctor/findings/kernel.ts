import { parseRelease } from '../facts/parse.ts';
import { LINUX_SINCE, PROGRAMS } from '../requirements.ts';
import { LACKS, type Rung } from '../../words/rungs.ts';
import type { Answer, Check, Facts, Trials } from '../types.ts';
import { bpfCall, capabilities, lockdown, seccomp } from './privileges.ts';
import { degraded, errnoName, info, missing, ok, unknown } from './words.ts';

const SINCE = LINUX_SINCE.join('.');
const NEWER = `use Linux ${SINCE} or later with BTF`;

export function version({ release }: Facts): Check {
  const id = 'kernel';
  const parsed = parseRelease(release);
  if (parsed === undefined) return unknown(id, release);
  const [major, minor] = parsed;
  if (major > LINUX_SINCE[0] || (major === LINUX_SINCE[0] && minor >= LINUX_SINCE[1])) return ok(id, `Linux ${release}`);
  return degraded(id, `Linux ${release} is older than ${SINCE}`, 'works only if the distribution has backported newer BPF', `see the lines below, or ${NEWER}`);
}

export function btf({ btf: state }: Facts): Check {
  const id = 'btf';
  if (state === 'readable') return ok(id, '/sys/kernel/btf/vmlinux');
  if (state === 'unreadable') return missing(id, 'CW_PERMISSION', '/sys/kernel/btf/vmlinux cannot be read', "make it readable; a container must not mask it in /sys");
  return missing(id, 'CW_NO_BTF', 'the kernel has no BTF: /sys/kernel/btf/vmlinux is missing', `use a kernel built with CONFIG_DEBUG_INFO_BTF=y, ${SINCE} or later; in a container, mount /sys`);
}

export function addon({ trials }: Facts): Check {
  const id = 'addon';
  if (!(trials instanceof Error)) return ok(id, `loaded, with libbpf ${trials.libbpf}`);
  return missing(id, 'CW_ADDON', trials.message.replace(/\.$/, ''), 'install libbpf 1.1 or later (Debian: libbpf1), or build the addon again: npm run setup');
}

/** Preconditions of the checks below, in the order of cause: without them a refusal below means nothing. */
export const PRECONDITIONS = [addon, btf, capabilities, seccomp, lockdown, bpfCall];

/** The first precondition that is not met. */
function blocker(facts: Facts): string | undefined {
  return PRECONDITIONS.map((check) => check(facts)).find(({ status }) => status === 'missing')?.id;
}

/** Judges the trials. A refusal is `unknown` while a precondition is missing. */
function tried(facts: Facts, id: string, judge: (trials: Trials) => Check): Check {
  if (facts.trials instanceof Error) return unknown(id, 'not tried: see addon');
  const check = judge(facts.trials);
  const first = check.status === 'missing' ? blocker(facts) : undefined;
  return first === undefined ? check : unknown(id, `not checked: see ${first}`);
}

/** For what only `btf` needs: its programs, maps and helpers. */
function ofBtf(check: Check, { trials }: Facts): Check {
  if (trials instanceof Error || check.status !== 'missing' || !isLower(trials.rung)) return check;
  return info(check.id, `${check.found}; --attach ${trials.rung} does not need it`);
}

const isLower = (rung: Rung | undefined): rung is Rung => rung !== undefined && LACKS[rung].length > 0;

/** The way to attach that would be taken; nothing if no BPF object can be loaded. */
export function attach({ trials }: Facts): Check[] {
  const id = 'attach';
  if (trials instanceof Error || trials.object !== undefined) return [];
  const { rung } = trials;
  if (rung === undefined) return [info(id, 'the object of --bpf-object')];
  if (!isLower(rung)) return [ok(id, rung)];
  return [degraded(id, `${rung}: its programs can be loaded`, LACKS[rung].join('; '), `${NEWER}, without --attach`)];
}

/** One line per program, since each can be refused for its own reason. */
export function programs(facts: Facts): Check[] {
  const checks = Object.entries(PROGRAMS).map(([section, purpose]) =>
    tried(facts, section, (trials) => {
      const answer = trials.programs[section]!;
      if (answer.stage === '') return ok(section, `${purpose}: can be loaded`);
      return missing(section, 'CW_BPF_LOAD', `${purpose}: ${refusal(answer)}`, NEWER);
    }),
  );
  return checks.map((check) => ofBtf(check, facts));
}

function refusal({ stage, errno }: Answer): string {
  if (stage === 'target') return 'the kernel has no such hook';
  if (stage === 'type') return 'libbpf does not know this type';
  return `the kernel refuses to load it (${errnoName(errno)})`;
}

export function ringBuffer(facts: Facts): Check {
  return map(facts, 'ring-buffer', ['ringbuf']);
}

export function storages(facts: Facts): Check {
  return ofBtf(map(facts, 'storage-maps', ['sk_storage', 'task_storage']), facts);
}

function map(facts: Facts, id: string, names: readonly string[]): Check {
  return tried(facts, id, ({ maps }) => {
    const refused = names.filter((name) => maps[name]!.errno !== 0);
    if (refused.length === 0) return ok(id, `${names.join(', ')}: can be made`);
    const reasons = refused.map((name) => `${name} (${errnoName(maps[name]!.errno)})`);
    return missing(id, 'CW_BPF_LOAD', `the kernel refuses to make ${reasons.join(', ')}`, NEWER);
  });
}

export function helpers(facts: Facts): Check {
  const id = 'helpers';
  const check = tried(facts, id, (trials) => {
    const entries = Object.entries(trials.helpers);
    const refused = entries.filter(([, { stage }]) => stage !== '').map(([name]) => `bpf_${name}`);
    if (refused.length === 0) return ok(id, `all ${entries.length} can be called`);
    return missing(id, 'CW_BPF_LOAD', `cannot be called: ${refused.join(', ')}`, NEWER);
  });
  return ofBtf(check, facts);
}

export function object(facts: Facts): Check {
  const id = 'bpf-object';
  return tried(facts, id, ({ object: problem }) => {
    if (problem === undefined) return ok(id, 'can be loaded as a whole');
    return missing(id, 'CW_BPF_LOAD', problem.replace(/\.$/, ''), 'see what is missing above; otherwise report it with this output and that of a run with --log-level debug');
  });
}

const UNSEEN = 'connects that fail before a SYN is sent, for example without a route, are not counted';

/** Debian's kernels have a value, 3, above those of the upstream kernel. */
const PERF = 'set kernel.perf_event_paranoid to 2 (3 requires CAP_SYS_ADMIN), and allow perf_event_open in the seccomp profile';
const noPerf = (errno: number): string => `the kernel refuses the perf events (${errnoName(errno)}) that attach it`;

/** The mechanism that `--sync-failures` selects. tracefs has a check of its own. */
export function syncFailures(facts: Facts): Check {
  const { trials, kprobes: there, syncFailures: setting } = facts;
  const id = 'sync-failures';
  if (setting === 'off') return info(id, `off: ${UNSEEN}`);
  return tried(facts, id, () => {
    if (trials instanceof Error) return unknown(id, 'not tried: see addon');
    if (setting === 'syscall') {
      if (trials.tracepoint.stage !== '') return missing(id, 'CW_BPF_LOAD', `syscall: ${refusal(trials.tracepoint)}`, 'use --sync-failures auto');
      if (trials.perf !== 0) return missing(id, 'CW_TRACEFS', `syscall: ${noPerf(trials.perf)}`, `${PERF}, or use --sync-failures auto`);
      return ok(id, 'syscall: a program at the exit of every system call can be loaded');
    }
    if (trials.fexit.stage === '') return ok(id, 'auto selects fexit');
    if (there && trials.kprobe.stage === '') {
      if (trials.perf === 0) return ok(id, 'auto selects kretprobes');
      return degraded(id, `auto selects kretprobes, but ${noPerf(trials.perf)}`, UNSEEN, PERF);
    }
    const first = blocker(facts);
    if (first !== undefined) return unknown(id, `not checked: see ${first}`);
    const todo = 'use --sync-failures syscall if these connects are worth about 50 ns in every system call of this machine';
    return degraded(id, 'auto selects nothing: this kernel has neither fexit nor kprobes, or refuses them', UNSEEN, todo);
  });
}
