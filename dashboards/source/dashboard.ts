import type { PanelBuilder } from './panels.ts';
import {
  DATASOURCE,
  type Dashboard,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  newDashboard,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from './sdk.ts';

export interface Row {
  readonly title: string;
  readonly panels: readonly PanelBuilder[];
}

/** A variable with the values of a label, chosen above the panels. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  /** `label_values(metric, label)` */
  readonly values: string;
}

export interface Options {
  /** The last word of its uid and the name of its file. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly choices?: readonly Choice[];
  readonly rows: readonly Row[];
}

/** A dashboard for any Prometheus: it asks for the data source when it is imported. */
export function dashboard({ name, title, description, choices = [], rows }: Options): Dashboard {
  const builder = newDashboard(title)
    .uid(`connwatch-${name}`)
    .description(description)
    .tags(['connwatch'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(new DashboardLinkBuilder('connwatch').type(DashboardLinkType.Dashboards).tags(['connwatch']).asDropdown(true).keepTime(true).includeVars(true))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  for (const choice of choices) builder.withVariable(variable(choice));
  let id = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(++id));
    for (const panel of row.panels) builder.withPanel(panel.id(++id));
  }
  return builder.build();
}

function variable({ name, label, values }: Choice): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query: values, refId: name })
    .definition(values)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' });
}

export const INSTANCE: Choice = { name: 'instance', label: 'Node', values: 'label_values(connwatch_build_info, instance)' };
export const WORKLOAD: Choice = { name: 'workload', label: 'Program', values: 'label_values({__name__=~"connwatch_tcp_connect_attempts_total|connwatch_tcp_accepts_total"}, process_executable_name)' };
export const NAMESPACE: Choice = { name: 'namespace', label: 'Namespace', values: 'label_values({__name__=~"connwatch_tcp_connect_attempts_total|connwatch_tcp_accepts_total"}, k8s_namespace_name)' };
