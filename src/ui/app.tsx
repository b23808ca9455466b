import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Frame } from '../feed/frame.ts';
import { AgentPage } from './agent/page.tsx';
import { receive, type State } from './connection.ts';
import { remember } from './history.ts';
import { MapPage } from './map/page.tsx';
import { rowsOf } from './model.ts';
import { routeOf } from './route.ts';
import { TablePage } from './table/page.tsx';
import { WorkloadPage } from './workload/page.tsx';

const STATES: Readonly<Record<State, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'connection lost, trying again',
  full: 'too many pages are open, or the agent stops; trying again',
};

const PAGES = [
  ['#/map', 'Map'],
  ['#/table', 'Table'],
  ['#/agent', 'Agent'],
] as const;

function App() {
  const [history, setHistory] = useState<readonly Frame[]>([]);
  const [state, setState] = useState<State>('connecting');
  const [hash, setHash] = useState(location.hash);
  useEffect(() => receive({ onState: setState, onFrame: (frame) => setHistory((before) => remember(before, frame)) }), []);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const route = routeOf(hash);
  const frame = history.at(-1);
  const rows = useMemo(() => (frame === undefined ? [] : rowsOf(frame, history.at(-2))), [frame]);
  return (
    <>
      <header>
        <h1>connwatch</h1>
        <nav aria-label="Pages">
          {PAGES.map(([target, title]) => (
            <a href={target} aria-current={target === `#/${route.page}` ? 'page' : undefined}>{title}</a>
          ))}
        </nav>
        <p class={`state ${state}`} role="status">{STATES[state]}</p>
        {frame !== undefined && <p class="window">{frame.host}, window until <time>{new Date(frame.time).toLocaleTimeString()}</time></p>}
      </header>
      <main>
        {frame === undefined ? (
          <p>Waiting for the first complete window.</p>
        ) : route.page === 'workload' ? (
          <WorkloadPage history={history} rows={rows} id={route.key} />
        ) : route.page === 'agent' ? (
          <AgentPage history={history} />
        ) : route.page === 'table' ? (
          <TablePage frame={frame} rows={rows} />
        ) : (
          <MapPage frame={frame} rows={rows} />
        )}
      </main>
    </>
  );
}

render(<App />, document.getElementById('app')!);
