import type { Colours } from '../colours.ts';
import type { Graph, Node } from './graph.ts';
import { placeOf, radiusOf, type View } from './places.ts';

/** Names are drawn for so many nodes; of more, for the busiest and those in trouble. */
const MOST_NAMES = 80;

/** Names of nodes, where no other name is; that of the selected one first. */
export function drawNames(context: CanvasRenderingContext2D, graph: Graph, view: View, colours: Colours, selected: Node | undefined): void {
  const named = graph.nodes.length <= MOST_NAMES ? graph.nodes : graph.nodes.toSorted((a, b) => b.trouble - a.trouble || b.rate - a.rate).slice(0, MOST_NAMES);
  const taken: Box[] = [];
  for (const node of selected === undefined ? named : [selected, ...named.filter((each) => each !== selected)]) drawName(context, node, view, colours, node === selected, taken);
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

const meets = ([left, top, right, bottom]: Box, other: Box) => left < other[2] && other[0] < right && top < other[3] && other[1] < bottom;

function drawName(context: CanvasRenderingContext2D, node: Node, view: View, colours: Colours, chosen: boolean, taken: Box[]): void {
  const [x, y] = placeOf(node, view);
  const left = node.kind === 'workload';
  // A canvas draws a line break, the one control character that names have, as a space.
  const label = node.label.replaceAll('\n', String.raw`\x0a`);
  const text = label.length > 40 ? `${label.slice(0, 39)}…` : label;
  context.font = `${chosen ? 'bold ' : ''}12px system-ui, sans-serif`;
  const place = x + (left ? -1 : 1) * (radiusOf(node) + 4);
  const width = context.measureText(text).width;
  const box: Box = [left ? place - width : place, y - 7, left ? place : place + width, y + 7];
  if (taken.some((other) => meets(box, other))) return;
  taken.push(box);
  context.textAlign = left ? 'right' : 'left';
  context.textBaseline = 'middle';
  context.lineWidth = 3;
  context.strokeStyle = colours.background;
  context.fillStyle = colours.text;
  context.strokeText(text, place, y);
  context.fillText(text, place, y);
}
