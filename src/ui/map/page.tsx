import { useEffect, useRef, useState } from 'preact/hooks';
import type { Frame } from '../../feed/frame.ts';
import { percent, short } from '../format.ts';
import type { Row } from '../model.ts';
import { hashOf } from '../route.ts';
import { coloursOf } from '../colours.ts';
import { draw } from './draw.ts';
import { fit, placeOf, type View } from './places.ts';
import { Graph, type Node } from './graph.ts';

const HEIGHT = 560;
/** The layout computes for so long at a time. */
const STEP_MS = 6;
/** Below this the nodes hardly move any more. */
const SETTLED = 0.03;
/** Pixels from a node within which a click means it. */
const NEAR = 20;

/** Programs on the left, peers on the right. Arrow keys choose, Enter opens. The table has the same as text. */
export function MapPage({ frame, rows }: { readonly frame: Frame; readonly rows: readonly Row[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const graph = useRef<Graph>(null);
  const view = useRef<View>({ scaleX: 1, scaleY: 1, x: 0, y: 0 });
  const request = useRef(0);
  const [selected, setSelected] = useState<string>();
  const current = (graph.current ??= new Graph());
  const chosen = current.nodes.find(({ id }) => id === selected);

  const paint = () => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined) return;
    const width = element.clientWidth;
    const ratio = devicePixelRatio;
    if (element.width !== Math.round(width * ratio)) [element.width, element.height] = [Math.round(width * ratio), HEIGHT * ratio];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    view.current = fit(current, width, HEIGHT);
    draw(context, current, view.current, coloursOf(element), current.nodes.find(({ id }) => id === selected));
  };
  /** Finds the places of new nodes in small steps, so that the page answers meanwhile, and draws at the end. */
  const settle = () => {
    clearTimeout(request.current);
    const end = performance.now() + STEP_MS;
    while (current.simulation.alpha() > SETTLED && performance.now() < end) current.simulation.tick();
    if (current.simulation.alpha() > SETTLED) request.current = window.setTimeout(settle);
    else paint();
  };

  useEffect(() => {
    const first = current.nodes.length === 0;
    if (current.update(rows)) {
      if (!first) paint();
      settle();
    } else paint();
  }, [rows]);
  useEffect(paint, [selected]);
  useEffect(() => {
    const resized = new ResizeObserver(paint);
    resized.observe(canvas.current!);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', paint);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', paint);
      clearTimeout(request.current);
    };
  }, []);

  const nodeAt = (event: MouseEvent): Node | undefined => {
    const distance = (node: Node) => {
      const [x, y] = placeOf(node, view.current);
      return Math.hypot(x - event.offsetX, y - event.offsetY);
    };
    const [nearest] = current.nodes.toSorted((a, b) => distance(a) - distance(b));
    return nearest !== undefined && distance(nearest) < NEAR ? nearest : undefined;
  };
  const open = (node: Node | undefined) => {
    if (node?.kind === 'workload') location.hash = hashOf(node.key);
  };
  const step = (by: number) => {
    const ordered = current.nodes.toSorted((a, b) => b.trouble - a.trouble || b.rate - a.rate || (a.id < b.id ? -1 : 1));
    const index = ordered.findIndex(({ id }) => id === selected);
    setSelected(ordered.at((index + by + ordered.length) % Math.max(1, ordered.length))?.id);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowRight') step(1);
    else if (event.key === 'ArrowUp' || event.key === 'ArrowLeft') step(-1);
    else if (event.key === 'Enter') open(chosen);
    else if (event.key === 'Escape') setSelected(undefined);
    else return;
    event.preventDefault();
  };
  const failing = rows.filter(({ trouble }) => trouble > 0);
  return (
    <>
      <h2>Programs and their peers</h2>
      <p>
        {rows.length} pairs, {failing.length} in trouble. Width: connects per second. <span class="badge">Red</span>: connects fail or wait; a broken line: most of them.
        {frame.leftOut.edges > 0 && ` ${frame.leftOut.edges} more pairs are not shown, ${frame.leftOut.failing} of them in trouble.`}
      </p>
      <canvas
        ref={canvas}
        class="map"
        height={HEIGHT}
        tabIndex={0}
        role="application"
        aria-label="Map of programs and peers. Arrow keys choose one, Enter opens a program. The table has the same numbers as text."
        onClick={(event) => setSelected(nodeAt(event)?.id)}
        onDblClick={(event) => open(nodeAt(event))}
        onKeyDown={pressed}
      />
      <div aria-live="polite">{chosen !== undefined && <Chosen node={chosen} rows={rows} />}</div>
    </>
  );
}

function Chosen({ node, rows }: { readonly node: Node; readonly rows: readonly Row[] }) {
  const own = rows.filter((row) => (node.kind === 'workload' ? row.workloadKey === node.key : row.peer === node.label));
  return (
    <section class="chosen">
      <h3>{node.kind === 'workload' ? <a href={hashOf(node.key)}>{node.label}</a> : node.label}</h3>
      <ul>
        {own.slice(0, 20).map((row) => (
          <li key={row.key}>
            {node.kind === 'workload' ? row.peer : row.workload}: {short(row.rate)} connects/s
            {row.trouble > 0 && !row.waits && `, ${percent(row.trouble)} fail`}
            {row.failures > 0 && row.reasons.length > 0 && ` (${row.reasons.map(([name, count]) => `${name} ${count}`).join(', ')})`}
            {row.edge.pending > 0 && `, ${row.edge.pending} pending`}
          </li>
        ))}
      </ul>
      {own.length > 20 && <p>{own.length - 20} more in the <a href="#/table">table</a>.</p>}
    </section>
  );
}
