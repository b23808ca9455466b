import { agent } from './agent.ts';
import { fleet } from './fleet.ts';
import { node } from './node.ts';
import type { Dashboard } from './sdk.ts';
import { workload } from './workload.ts';

/** By the name of the file without .json. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = { fleet, workload, node, agent };

/** A dashboard as a file. */
export function asFile(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}

export interface PanelOf {
  readonly title: string;
  readonly description: string;
  readonly datasource: object;
  readonly targets: readonly { readonly expr: string; readonly datasource: object }[];
}

/** The panels of a dashboard without its rows, with what all of ours have. */
export function panelsOf({ panels = [] }: Dashboard): PanelOf[] {
  return panels.filter(({ type }) => type !== 'row') as unknown as PanelOf[];
}
