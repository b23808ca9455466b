import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Props {
  readonly title: string;
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

/** Of Okabe and Ito: people tell them apart whatever colours they see. */
const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999', '#8c6d31'];
const HEIGHT = 180;

/** Lines over the remembered windows. The legend has the values as text. */
export function Lines({ title, times, lines, format }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const names = lines.map(({ name }) => name).join('\n');
  useEffect(() => {
    const element = place.current!;
    const text = getComputedStyle(element).getPropertyValue('--text').trim();
    const grid = { stroke: getComputedStyle(element).getPropertyValue('--grid').trim(), width: 1 };
    chart.current = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        series: [{ label: 'until', value: (_, value?: number | null) => clock(value) }, ...lines.map(({ name }, index) => ({ label: name, stroke: PALETTE[index % PALETTE.length]!, width: 2, points: { show: false }, value: (_: uPlot, value?: number | null) => (value == null ? '–' : format(value)) }))],
        axes: [{ stroke: text, grid, space: 90, values: (_, ticks) => ticks.map(clock) }, { stroke: text, grid, size: 70, values: (_, ticks) => ticks.map(format) }],
        scales: { y: { range: (_, __, most) => [0, Math.max(most, 1e-9) * 1.05] } },
        legend: { live: true },
        // The last time on the axis is half outside.
        padding: [null, 36, null, null],
        cursor: { points: { show: false } },
      },
      [[], ...lines.map(() => [])],
      element,
    );
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.current?.destroy();
    };
  }, [names]);
  useEffect(() => {
    chart.current?.setData([[...times], ...lines.map(({ values }) => [...values])]);
    // Without a cursor the legend has the last values.
    if (times.length > 0) chart.current?.setLegend({ idx: times.length - 1 });
  }, [times, lines]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div ref={place} />
    </figure>
  );
}

// After a new run of the agent the legend may ask for a value that is not there any more.
function clock(time?: number | null): string {
  return time == null ? '–' : new Date(time * 1000).toLocaleTimeString();
}
