import type { Colours } from '../colours.ts';
import type { Graph, Node } from './graph.ts';
import { drawNames } from './names.ts';
import { densityOf, placeOf, radiusOf, type View } from './places.ts';
import { drawStrokes, strokesOf } from './strokes.ts';

export function draw(context: CanvasRenderingContext2D, graph: Graph, view: View, colours: Colours, selected: Node | undefined): void {
  const { width, height } = context.canvas;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.restore();
  // Trouble is drawn last, so nothing covers it.
  for (const strokes of strokesOf(graph, view, selected).sort((a, b) => Number(a.trouble) - Number(b.trouble))) drawStrokes(context, strokes, colours);
  drawNodes(context, graph, view, colours, selected);
  drawNames(context, graph, view, colours, selected);
}

function drawNodes(context: CanvasRenderingContext2D, graph: Graph, view: View, colours: Colours, selected: Node | undefined): void {
  const paths = new Map<string, Path2D>();
  const pathOf = (colour: string): Path2D => {
    let path = paths.get(colour);
    if (path === undefined) paths.set(colour, (path = new Path2D()));
    return path;
  };
  const density = densityOf(graph);
  for (const node of graph.nodes) {
    const [x, y] = placeOf(node, view);
    const radius = density * radiusOf(node);
    const path = pathOf(node.trouble > 0 ? colours.trouble : node.kind === 'workload' ? colours.workload : colours.peer);
    path.moveTo(x + radius, y);
    if (node.kind === 'workload') path.arc(x, y, radius, 0, 2 * Math.PI);
    else path.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    if (node !== selected) continue;
    context.fillStyle = colours.text;
    context.fillRect(x - radius - 3, y - radius - 3, 2 * radius + 6, 2 * radius + 6);
  }
  for (const [colour, path] of paths) {
    context.fillStyle = colour;
    context.fill(path);
  }
}
