import type { Frame } from '../feed/frame.ts';

export type State = 'connecting' | 'live' | 'lost' | 'full';

export interface Handlers {
  readonly onFrame: (frame: Frame) => void;
  readonly onState: (state: State) => void;
}

const AGAIN_MS = 5000;

/** Receives the events of the agent, for as long as the page is open. The browser connects again by itself; if it was refused, this does. */
export function receive({ onFrame, onState }: Handlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource('/ui/events');
    source.addEventListener('frame', (event) => {
      onState('live');
      onFrame(JSON.parse((event as MessageEvent<string>).data) as Frame);
    });
    source.addEventListener('error', () => {
      const refused = source?.readyState === EventSource.CLOSED;
      onState(refused ? 'full' : 'lost');
      if (refused) timer = setTimeout(open, AGAIN_MS);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
