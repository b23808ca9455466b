import { useEffect, useRef } from 'preact/hooks';
import { seconds } from '../format.ts';

export interface Props {
  readonly title: string;
  /** Upper bounds of the buckets, seconds. */
  readonly bounds: readonly number[];
  /** A column for each window, a number for each bucket, the fastest first. */
  readonly columns: readonly (readonly number[])[];
}

const ROW = 14;
const LABEL = 70;
const CELL = 8;

/** Buckets over the remembered windows: the darker, the more. A table for screen readers has the sums. */
export function HeatMap({ title, bounds, columns }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const sums = [...bounds, Infinity].map((_, bucket) => columns.reduce((sum, column) => sum + (column[bucket] ?? 0), 0));
  const used = sums.map((sum, bucket) => ({ sum, bucket })).filter(({ sum }) => sum > 0);
  const [first, last] = [used[0]?.bucket ?? 0, used.at(-1)?.bucket ?? 0];
  const rows = last - first + 1;
  useEffect(() => {
    const element = canvas.current!;
    const context = element.getContext('2d')!;
    const ratio = devicePixelRatio;
    const width = element.clientWidth;
    [element.width, element.height] = [width * ratio, rows * ROW * ratio];
    context.scale(ratio, ratio);
    const style = getComputedStyle(element);
    const most = Math.max(1, ...columns.flat());
    const shown = columns.slice(-Math.floor((width - LABEL) / CELL));
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (let bucket = first; bucket <= last; bucket++) {
      const y = (last - bucket) * ROW;
      context.globalAlpha = 1;
      context.fillStyle = style.getPropertyValue('--text').trim();
      context.fillText(upTo(bounds[bucket]), 0, y + ROW / 2);
      context.fillStyle = style.getPropertyValue('--heat').trim();
      shown.forEach((column, index) => {
        const count = column[bucket] ?? 0;
        if (count === 0) return;
        context.globalAlpha = 0.2 + 0.8 * (Math.log1p(count) / Math.log1p(most));
        context.fillRect(LABEL + index * CELL, y + 1, CELL - 1, ROW - 2);
      });
    }
  }, [columns]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <canvas ref={canvas} class="heat" height={rows * ROW} aria-hidden="true" />
      <div class="hidden">
        <table>
          <caption>{title}, sums</caption>
          <tbody>{used.map(({ sum, bucket }) => <tr><th scope="row">up to {upTo(bounds[bucket])}</th><td>{sum}</td></tr>)}</tbody>
        </table>
      </div>
      {used.length === 0 && <p>None since this page was opened.</p>}
    </figure>
  );
}

function upTo(bound: number | undefined): string {
  return bound === undefined ? 'more' : `≤ ${seconds(bound)}`;
}
