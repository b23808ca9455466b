import type { Graph, Link, Node } from './graph.ts';

/** From the places of the graph to those of the canvas. */
export interface View {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly x: number;
  readonly y: number;
}

export interface Colours {
  readonly text: string;
  readonly calm: string;
  readonly trouble: string;
  readonly workload: string;
  readonly peer: string;
  readonly background: string;
}

/** Names are drawn for so many nodes; of more, for the busiest and those in trouble. */
const MOST_NAMES = 80;

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

/** As wide as the connects per second, on a logarithmic scale. */
export function widthOf(rate: number): number {
  return 1 + 1.6 * Math.log2(1 + rate);
}

export function draw(context: CanvasRenderingContext2D, graph: Graph, view: View, colours: Colours, selected: Node | undefined): void {
  const { width, height } = context.canvas;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.restore();
  // Trouble is drawn last, so nothing covers it.
  for (const link of graph.links.toSorted((a, b) => a.row.trouble - b.row.trouble)) drawLink(context, link, view, colours, selected);
  for (const node of graph.nodes) drawNode(context, node, view, colours, node === selected);
  const named = graph.nodes.length <= MOST_NAMES ? graph.nodes : graph.nodes.toSorted((a, b) => b.trouble - a.trouble || b.rate - a.rate).slice(0, MOST_NAMES);
  for (const node of selected === undefined || named.includes(selected) ? named : [...named, selected]) drawName(context, node, view, colours, node === selected);
}

function drawLink(context: CanvasRenderingContext2D, { source, target, row }: Link, view: View, colours: Colours, selected: Node | undefined): void {
  const [x1, y1] = placeOf(source, view);
  const [x2, y2] = placeOf(target, view);
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
  context.lineWidth = widthOf(row.rate);
  context.strokeStyle = row.trouble > 0 ? colours.trouble : colours.calm;
  context.globalAlpha = selected !== undefined && selected !== source && selected !== target ? 0.15 : 0.3 + 0.7 * Math.max(row.trouble, row.rate > 0 ? 0.5 : 0);
  // Without colours a broken line says that most of it fails.
  context.setLineDash(row.trouble > 0.5 ? [8, 5] : []);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawNode(context: CanvasRenderingContext2D, node: Node, view: View, colours: Colours, chosen: boolean): void {
  const [x, y] = placeOf(node, view);
  const radius = radiusOf(node);
  context.beginPath();
  if (node.kind === 'workload') context.arc(x, y, radius, 0, 2 * Math.PI);
  else context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  context.fillStyle = node.trouble > 0 ? colours.trouble : node.kind === 'workload' ? colours.workload : colours.peer;
  context.fill();
  context.lineWidth = chosen ? 3 : 1;
  context.strokeStyle = chosen ? colours.text : colours.background;
  context.stroke();
}

function drawName(context: CanvasRenderingContext2D, node: Node, view: View, colours: Colours, chosen: boolean): void {
  const [x, y] = placeOf(node, view);
  const left = node.kind === 'workload';
  context.font = `${chosen ? 'bold ' : ''}12px system-ui, sans-serif`;
  context.textAlign = left ? 'right' : 'left';
  context.textBaseline = 'middle';
  context.lineWidth = 3;
  context.strokeStyle = colours.background;
  context.fillStyle = colours.text;
  const place = x + (left ? -1 : 1) * (radiusOf(node) + 4);
  const text = node.label.length > 40 ? `${node.label.slice(0, 39)}…` : node.label;
  context.strokeText(text, place, y);
  context.fillText(text, place, y);
}

export function placeOf({ x = 0, y = 0 }: Node, view: View): [number, number] {
  return [view.x + view.scaleX * x, view.y + view.scaleY * y];
}

function radiusOf({ rate }: Node): number {
  return Math.min(14, 5 + Math.log2(1 + rate));
}
