import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { at } from '../harness/host.ts';

export interface Resources {
  /** Of one core. */
  readonly cpuRequest: number;
  /** Bytes. */
  readonly memoryRequest: number;
  readonly memoryLimit: number;
}

interface Values {
  readonly resources: { readonly requests: { readonly cpu: string; readonly memory: string }; readonly limits: { readonly memory: string } };
}

const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, m: 1e-3, '': 1 };

/** `512Mi`, `50m`. */
export function quantity(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|m)?$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`not a quantity of Kubernetes: ${text}`);
  return Number(number) * UNITS[unit]!;
}

/** What the Helm chart sets aside and allows. */
export function chartResources(): Resources {
  const { requests, limits } = (parse(readFileSync(at('charts', 'connwatch', 'values.yaml'), 'utf8')) as Values).resources;
  return { cpuRequest: quantity(requests.cpu), memoryRequest: quantity(requests.memory), memoryLimit: quantity(limits.memory) };
}
