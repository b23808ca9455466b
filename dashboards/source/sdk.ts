/* What we use of Grafana's own builders: their types are Grafana's schema. */
// The newer schema (dashboardv2) needs Grafana 12; every Grafana and the sidecar take this one.
 
import { type Dashboard as Classic, DashboardBuilder as ClassicBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as HeatmapPanel } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';

export type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
export {
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
export {
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
export { HeatmapColorMode, HeatmapColorOptionsBuilder, RowsHeatmapOptionsBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
export { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

// eslint-disable-next-line @typescript-eslint/no-deprecated
export type Dashboard = Classic;
// eslint-disable-next-line @typescript-eslint/no-deprecated
export const newDashboard = (title: string) => new ClassicBuilder(title);

/** The data source is a variable of each dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export const timeseries = (title: string, description: string) => new TimeseriesPanel().title(title).description(description).datasource(DATASOURCE);
export const stat = (title: string, description: string) => new StatPanel().title(title).description(description).datasource(DATASOURCE);
export const table = (title: string, description: string) => new TablePanel().title(title).description(description).datasource(DATASOURCE);
export const heatmap = (title: string, description: string) => new HeatmapPanel().title(title).description(description).datasource(DATASOURCE);
export const prometheus = () => new DataqueryBuilder().datasource(DATASOURCE);
