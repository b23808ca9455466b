import { BlockList, isIPv4 } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import { KIND } from '../../ebpf/layout.ts';
import { formatAddress } from '../../ebpf/keys/keys.ts';
import { textOf } from '../model/attribute.ts';
import type { RecordView } from './record.ts';

/** Which events a trace has. A list matches if one of its values does; an absent one matches everything. */
export interface TraceFilter {
  /** Failed connects only. */
  readonly failed?: boolean;
  /** Names of processes or of their executables; `*` stands for anything. */
  readonly comm?: readonly string[];
  readonly pid?: readonly number[];
  /** First and last. Of a client the peer's port, of a server its own. */
  readonly port?: readonly (readonly [number, number])[];
  /** Of the other side: `10.0.0.0/8`. */
  readonly cidr?: readonly string[];
  /** Names of containers, or the beginning of their ids, 4 digits or more; `*` stands for anything. */
  readonly container?: readonly string[];
  readonly pod?: readonly string[];
  readonly namespace?: readonly string[];
}

/** What is known of an event beside its record. */
export interface Named {
  readonly comm: string | undefined;
  readonly workload: Attributes;
}

export interface CompiledFilter {
  /** By the record alone, because most records fail here. */
  readonly record: (record: RecordView) => boolean;
  readonly named: (event: Named) => boolean;
}

const CONTAINER_NAMES = ['k8s.container.name', 'container.name'] as const;
const CONTAINER_ID = 'workload.container.id';
const SHORTEST_ID = 4;

export function compileFilter({ failed, comm, pid, port, cidr, container, pod, namespace }: TraceFilter): CompiledFilter {
  const ofRecord = [
    failed && ((record: RecordView) => record.kind === KIND.connect && record.outcome !== 0),
    pid && ((record: RecordView) => pid.includes(record.pid)),
    port && ((record: RecordView) => port.some(([first, last]) => between(record.isServer ? record.localPort : record.port, first, last))),
    cidr && addressCondition(cidr),
  ].filter((condition) => condition !== undefined && condition !== false);
  const ofName = [
    comm && matches(comm, ({ comm, workload }) => [comm, workload['process.executable.name'], workload['process.command']]),
    container && containerCondition(container),
    pod && matches(pod, ({ workload }) => [workload['k8s.pod.name']]),
    namespace && matches(namespace, ({ workload }) => [workload['k8s.namespace.name']]),
  ].filter((condition) => condition !== undefined);
  return {
    record: (record) => ofRecord.every((condition) => condition(record)),
    named: (event) => ofName.every((condition) => condition(event)),
  };
}

function between(value: number, first: number, last: number): boolean {
  return value >= first && value <= last;
}

function matches(names: readonly string[], of: (event: Named) => readonly unknown[]): (event: Named) => boolean {
  const patterns = names.map(patternOf);
  return (event) => of(event).some((value) => typeof value === 'string' && patterns.some((pattern) => pattern.test(value)));
}

function containerCondition(names: readonly string[]): (event: Named) => boolean {
  const named = matches(names, ({ workload }) => [...CONTAINER_NAMES.map((name) => workload[name]), workload[CONTAINER_ID]]);
  return (event) => named(event) || names.some((name) => name.length >= SHORTEST_ID && (textOf(event.workload, CONTAINER_ID) ?? '').startsWith(name));
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function addressCondition(ranges: readonly string[]): (record: RecordView) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length = ''] = range.split('/');
    list.addSubnet(address, Number(length), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return (record) => {
    const address = formatAddress(record.address);
    return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  };
}
