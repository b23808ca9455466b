import type { Graph, Node } from './graph.ts';

/** From the places of the graph to those of the canvas. */
export interface View {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly x: number;
  readonly y: number;
}

/** For names beside the outer nodes. */
const MARGIN_X = 230;
const MARGIN_Y = 40;

/** Shows the whole graph. Width and height are used each on its own, because the graph is two columns. */
export function fit({ nodes }: Graph, width: number, height: number): View {
  const [xs, ys] = [nodes.map(({ x = 0 }) => x), nodes.map(({ y = 0 }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs, 0), Math.max(...xs, 0), Math.min(...ys, 0), Math.max(...ys, 0)];
  const scaleX = Math.max(0.05, (width - 2 * MARGIN_X) / Math.max(1, right - left));
  const scaleY = Math.min(3, (height - 2 * MARGIN_Y) / Math.max(1, bottom - top));
  return { scaleX, scaleY, x: width / 2 - (scaleX * (left + right)) / 2, y: height / 2 - (scaleY * (top + bottom)) / 2 };
}

export function placeOf({ x = 0, y = 0 }: Node, view: View): [number, number] {
  return [view.x + view.scaleX * x, view.y + view.scaleY * y];
}

export function radiusOf({ rate }: Node): number {
  return Math.min(14, 5 + Math.log2(1 + rate));
}

/** Many nodes are drawn smaller, and their links thinner. */
export function densityOf({ nodes }: Graph): number {
  return Math.max(0.3, Math.min(1, 80 / nodes.length));
}
