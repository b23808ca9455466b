import type { Colours } from '../colours.ts';
import type { Graph, Node } from './graph.ts';
import { densityOf, placeOf, type View } from './places.ts';

/** Broken lines cost many times as much as others. */
const MOST_BROKEN = 200;

/** As wide as the connects per second, on a logarithmic scale. */
export function widthOf(rate: number): number {
  return 1 + 1.6 * Math.log2(1 + rate);
}

/** Links that look the same: one stroke for all of them is many times faster than one for each. */
export interface Strokes {
  readonly path: Path2D;
  readonly trouble: boolean;
  readonly broken: boolean;
  readonly width: number;
  readonly alpha: number;
}

export function strokesOf(graph: Graph, view: View, selected: Node | undefined): Strokes[] {
  const { links } = graph;
  const density = densityOf(graph);
  const groups = new Map<string, Strokes>();
  for (const { source, target, row } of links) {
    const width = Math.max(0.5, Math.round(2 * density * widthOf(row.rate)) / 2);
    const faint = selected !== undefined && selected !== source && selected !== target;
    const alpha = faint ? 0.1 : row.trouble > 0 ? 0.9 : row.rate > 0 ? 0.6 : 0.25;
    const [trouble, broken] = [row.trouble > 0, row.trouble > 0.5 && links.length <= MOST_BROKEN];
    const key = `${width} ${alpha} ${trouble} ${broken}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { path: new Path2D(), trouble, broken, width, alpha }));
    const [x1, y1] = placeOf(source, view);
    const [x2, y2] = placeOf(target, view);
    group.path.moveTo(x1, y1);
    group.path.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
  }
  return [...groups.values()];
}

export function drawStrokes(context: CanvasRenderingContext2D, { path, trouble, broken, width, alpha }: Strokes, colours: Colours): void {
  context.lineWidth = width;
  context.strokeStyle = trouble ? colours.trouble : colours.calm;
  context.globalAlpha = alpha;
  // Without colours a broken line says that most of it fails.
  context.setLineDash(broken ? [8, 5] : []);
  context.stroke(path);
  context.setLineDash([]);
  context.globalAlpha = 1;
}
