import { accessSync, constants, existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { release } from 'node:os';
import type { Settings } from '../../config/index.ts';
import type { Tried } from '../../kubernetes/index.ts';
import type { Facts } from '../types.ts';
import { tryCollectors, type Targets } from './collector.ts';
import { parseLockdown, parseLockedMemory, parseMounts, parseStatus } from './parse.ts';
import { tryPorts } from './ports.ts';
import { runTrials } from './trials.ts';

export type Needed = Pick<Settings, 'metricsAddr' | 'healthAddr' | 'ringSize' | 'bpfObject' | 'attach' | 'syncFailures' | 'kubernetes' | 'kubernetesPeers' | 'nodeName' | 'kubeletAddress' | 'kubeletCaFile' | 'kubeletInsecure'>;

/** Where libbpf looks for tracefs. */
const TRACEPOINT = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** Collects all facts for the checks. Never throws: a fact that cannot be read is undefined. */
export async function collectFacts(settings: Needed, targets: Targets): Promise<Facts> {
  const [ports, collectors, kubernetes] = await Promise.all([tryPorts(settings), tryCollectors(targets), tryNames(settings)]);
  return { ...systemFacts(settings), ports, collectors, kubernetes };
}

/** Loaded only in a cluster. */
async function tryNames(settings: Needed): Promise<Tried[] | undefined> {
  if (settings.kubernetes === 'off' || !process.env['KUBERNETES_SERVICE_HOST']) return undefined;
  const { tryKubernetes } = await import('../../kubernetes/index.ts');
  return tryKubernetes({ settings, environment: process.env });
}

/** Collects the facts without the network, because the calling agent uses the ports itself. */
export function systemFacts(settings: Pick<Needed, 'ringSize' | 'bpfObject' | 'attach' | 'syncFailures'>): Facts {
  const status = read('/proc/self/status');
  const mounts = read('/proc/self/mountinfo');
  return {
    release: release(),
    btf: readability('/sys/kernel/btf/vmlinux'),
    status: status === undefined ? undefined : parseStatus(status),
    lockedMemory: parseLockedMemory(read('/proc/self/limits') ?? ''),
    pidNamespace: inode('/proc/self/ns/pid'),
    userNamespace: inode('/proc/self/ns/user'),
    procSelf: attempt(() => Number(readlinkSync('/proc/self'))),
    pid: process.pid,
    lockdown: parseLockdown(read('/sys/kernel/security/lockdown') ?? ''),
    unprivilegedBpf: number('/proc/sys/kernel/unprivileged_bpf_disabled'),
    bpfStats: number('/proc/sys/kernel/bpf_stats_enabled'),
    mounts: mounts === undefined ? undefined : parseMounts(mounts),
    kprobes: existsSync('/sys/bus/event_source/devices/kprobe'),
    trials: runTrials(settings),
    ports: [],
    collectors: [],
    kubernetes: undefined,
    syncFailures: settings.syncFailures,
    tracepoint: readability(...TRACEPOINT.map((folder) => `${folder}/events/syscalls/sys_exit_connect/id`)),
    sigusr1: !process.execArgv.includes('--disable-sigusr1'),
  };
}

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

const read = (path: string): string | undefined => attempt(() => readFileSync(path, 'utf8'));
const inode = (path: string): number | undefined => attempt(() => statSync(path).ino);

function number(path: string): number | undefined {
  const text = read(path)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Readability of the first path that exists. */
function readability(...paths: string[]): 'readable' | 'unreadable' | 'none' {
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) return 'none';
  return attempt(() => (accessSync(path, constants.R_OK), true)) ? 'readable' : 'unreadable';
}
