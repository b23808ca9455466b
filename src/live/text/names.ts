import type { Attributes } from '@opentelemetry/api';
import { textOf } from '../model/attribute.ts';
import { safe } from './units.ts';

const SHORT_ID = 12;

/** `curl[20187]`, `worker.py[20188]`: what was executed, if that has another name; of a kernel socket `[kernel]`. */
export function processName(workload: Attributes, pid: number, comm?: string): string {
  const name = safe(textOf(workload, 'process.command') ?? textOf(workload, 'process.executable.name') ?? comm ?? '[unresolved]');
  return pid === 0 ? name : `${name}[${pid}]`;
}

/** Where a workload runs: `pod shop/web-1`, `container 0123456789ab`, `unit nginx.service`; empty: nothing is known. */
export function placeName(workload: Attributes): string {
  const value = (name: string) => {
    const text = textOf(workload, name);
    return text === undefined ? undefined : safe(text);
  };
  const pod = value('k8s.pod.name') ?? value('k8s.deployment.name') ?? value('k8s.statefulset.name') ?? value('k8s.daemonset.name');
  if (pod !== undefined) return `pod ${value('k8s.namespace.name') ?? ''}/${pod}`;
  const name = value('k8s.container.name') ?? value('container.name');
  if (name !== undefined) return `container ${name}`;
  const id = value('workload.container.id');
  if (id !== undefined) return `container ${/^[0-9a-f]{64}$/.test(id) ? id.slice(0, SHORT_ID) : id}`;
  const unit = value('systemd.unit.name');
  return unit === undefined ? '' : `unit ${unit}`;
}

/** `198.51.100.9:5432`, `[::1]:443`. */
export function endpoint(address: string, port: number): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === 0 ? host : `${host}:${port}`;
}
