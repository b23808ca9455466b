import {
  BigValueGraphMode,
  type Builder,
  type Dataquery,
  heatmap,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  LegendDisplayMode,
  LegendPlacement,
  type Panel,
  prometheus,
  PromQueryFormat,
  ReduceDataOptionsBuilder,
  RowsHeatmapOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  stat,
  table,
  timeseries,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  YAxisConfigBuilder,
} from './sdk.ts';

/** A PromQL expression, with the names of its series if it draws some. */
export interface Target {
  readonly expr: string;
  readonly legend?: string;
}

export interface Options {
  readonly title: string;
  /** What the panel shows, and what to make of it. */
  readonly description: string;
  /** Of Grafana, such as `s`, `Bps` or `percentunit`. */
  readonly unit: string;
  /** Of 24 columns. @default 12 */
  readonly width?: number;
}

/** A panel without its number. */
export type PanelBuilder = Builder<Panel> & { id(id: number): PanelBuilder };

const HEIGHT = 8;

/** Lines over time. */
export function lines(options: Options, ...targets: readonly Target[]): PanelBuilder {
  return overTime(options, targets).fillOpacity(10);
}

/** Lines on top of each other: parts of a whole. */
export function stacked(options: Options, ...targets: readonly Target[]): PanelBuilder {
  return overTime(options, targets).fillOpacity(40).stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

function overTime({ title, description, unit, width = 12 }: Options, targets: readonly Target[]) {
  return timeseries(title, description)
    .unit(unit)
    .min(0)
    .span(width)
    .height(HEIGHT)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(targets.map(ranged));
}

/** One number. */
export function number({ title, description, unit, width = 4 }: Options, target: Target): PanelBuilder {
  return stat(title, description)
    .unit(unit)
    .noValue('0')
    .span(width)
    .height(4)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .targets([ranged(target, 0)]);
}

/** Rows now. Columns have the names that `columns` gives to labels; others are left out. */
export function rows({ title, description, unit, width = 12 }: Options, columns: Readonly<Record<string, string>>, target: Target): PanelBuilder {
  const names = Object.keys(columns);
  return table(title, description)
    .unit(unit)
    .noValue('none')
    .span(width)
    .height(HEIGHT)
    .targets([query(target, 0).instant().format(PromQueryFormat.Table)])
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: [...names, 'Value'] } } })
    .withTransformation({ id: 'organize', options: { indexByName: Object.fromEntries([...names, 'Value'].map((name, index) => [name, index])), renameByName: columns } })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: columns['Value'] ?? 'Value', desc: true }] } });
}

/** Buckets of a histogram over time. */
export function buckets({ title, description, unit, width = 12 }: Options, expr: string): PanelBuilder {
  return heatmap(title, description)
    .span(width)
    .height(HEIGHT)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(64))
    .rowsFrame(new RowsHeatmapOptionsBuilder())
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .targets([query({ expr, legend: '{{le}}' }, 0).range().format(PromQueryFormat.Heatmap)]);
}

function ranged(target: Target, index: number): Builder<Dataquery> {
  return query(target, index).range();
}

function query({ expr, legend = '' }: Target, index: number) {
  return prometheus().expr(expr).legendFormat(legend).refId(String.fromCharCode('A'.charCodeAt(0) + index));
}
