import { ConnwatchError } from '../../internal/errors.ts';
import type { ClientSource } from '../../live/client/source.ts';
import { typedSnapshot } from '../../live/model/activity.ts';
import { topRows } from '../../live/top/model.ts';
import { firstState, type TopState, withKey, withWindow } from '../../live/top/state.ts';
import { topView } from '../../live/top/view.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';
import { Screen } from './screen.ts';
import { stopSignals } from './signals.ts';

export interface TopCommandOptions {
  /** Prints windows as lines instead of a screen. */
  readonly json: boolean;
  /** Windows; then it ends. */
  readonly count?: number;
}

type TopHost = Pick<Host, 'stdout' | 'display' | 'events' | 'takeOverSignals' | 'onOutputGone' | 'tty'>;

/**
 * `connwatch top`: who connects where now, on the whole terminal, until q or Ctrl-C.
 * @throws (rejects) ConnwatchError
 */
export async function top(source: ClientSource, options: TopCommandOptions, host: TopHost): Promise<number> {
  const { asked, end } = options.json ? await printed(source, options, host) : await shown(source, options, host);
  if (end !== undefined && asked) return EXIT.fine;
  throw new ConnwatchError(end === undefined ? 'the agent has ended.' : 'the agent has stopped, and top with it.', { code: 'CW_LIVE', hint: 'Start the agent again.' });
}

/** `asked`: by who looks, or by the count. */
interface Ended {
  readonly asked: boolean;
  readonly end: unknown;
}

async function printed(source: ClientSource, { count = Infinity }: TopCommandOptions, host: TopHost): Promise<Ended> {
  let windows = 0;
  let asked = false;
  const stop = (): void => {
    asked = true;
    watching.end();
  };
  const watching = source.windows((message) => {
    if (message.event === 'window' && ++windows > count) return;
    host.stdout(`${JSON.stringify(message.event === 'window' ? { event: message.event, ...typedSnapshot(message) } : message)}\n`);
    if (windows === count) stop();
  });
  host.onOutputGone(stop);
  using _signals = stopSignals(host, stop);
  const end = await watching.ended;
  if (end !== undefined) host.stdout(`${JSON.stringify(end)}\n`);
  return { asked, end };
}

async function shown(source: ClientSource, { count = Infinity }: TopCommandOptions, host: TopHost): Promise<Ended> {
  const { input, output } = host.tty();
  let state: TopState = firstState(source.origin);
  let windows = 0;
  let asked = false;
  const stop = (): void => {
    asked = true;
    watching.end();
  };
  const draw = (): void => screen.draw(topView(state, topRows(state.windows, state), screen.size, host.display.color));
  using screen = new Screen({
    input,
    output,
    onResize: draw,
    onKey(key) {
      const next = withKey(state, key, screen.size.rows - 4);
      if (next === undefined) return stop();
      state = next;
      draw();
    },
  });
  const watching = source.windows((message) => {
    if (message.event !== 'window') return;
    state = withWindow(state, message);
    draw();
    if (++windows >= count) stop();
  });
  using _signals = stopSignals(host, stop);
  host.onOutputGone(stop);
  draw();
  const end = await watching.ended;
  return { asked, end };
}
