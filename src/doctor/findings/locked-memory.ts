import { parseRelease } from '../facts/parse.ts';
import type { Check, Facts } from '../types.ts';
import { missing, ok } from './words.ts';

/** include/uapi/linux/capability.h: with it libbpf raises the limit itself. */
const CAP_SYS_RESOURCE = 1n << 24n;
/** Since then memory of BPF counts for the cgroup (kernel/bpf/syscall.c, bpf_map_charge_init, is gone). */
const UNCOUNTED_SINCE = [5, 11] as const;

/** RLIMIT_MEMLOCK, which older kernels count the memory of BPF maps against; nothing on newer ones. */
export function lockedMemory({ release, status, lockedMemory: limit, trials }: Facts): Check[] {
  const id = 'locked-memory';
  const [major, minor] = parseRelease(release) ?? UNCOUNTED_SINCE;
  if (major > UNCOUNTED_SINCE[0] || (major === UNCOUNTED_SINCE[0] && minor >= UNCOUNTED_SINCE[1])) return [];
  if (limit === undefined) return [ok(id, 'not limited')];
  if (status !== undefined && (status.capabilities & CAP_SYS_RESOURCE) !== 0n) return [ok(id, `at most ${limit} bytes, which CAP_SYS_RESOURCE lifts`)];
  if (!(trials instanceof Error) && trials.object === undefined) return [ok(id, `at most ${limit} bytes, which is enough`)];
  return [missing(id, 'CW_BPF_LOAD', `at most ${limit} bytes may be locked, and before Linux ${UNCOUNTED_SINCE.join('.')} BPF maps count against that`, 'set ulimit -l unlimited, or LimitMEMLOCK=infinity in the service, or add the capability SYS_RESOURCE')];
}
