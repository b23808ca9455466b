import type { LiveWindow } from '../model/window.ts';
import { type Grouping, GROUPINGS, type Sort, SORTS } from './model.ts';

const MINUTE_MS = 60_000;

/** Everything that decides what `top` shows. */
export interface TopState {
  /** Where the data comes from, for people. */
  readonly origin: string;
  /** Of the last minute, the oldest first. */
  readonly windows: readonly LiveWindow[];
  readonly grouping: Grouping;
  readonly sort: Sort;
  readonly reverse: boolean;
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  /** Windows are not taken. */
  readonly paused: boolean;
  /** Number of the first row on the screen. */
  readonly first: number;
}

export function firstState(origin: string): TopState {
  return { origin, windows: [], grouping: 'workload and peer', sort: 'failures', reverse: false, filter: '', typing: false, paused: false, first: 0 };
}

export function withWindow(state: TopState, window: LiveWindow): TopState {
  if (state.paused) return state;
  return { ...state, windows: [...state.windows.filter(({ end }) => end > window.end - MINUTE_MS), window] };
}

/** A key as node:readline names it. */
export interface PressedKey {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** undefined: quit. @param page rows on the screen */
export function withKey(state: TopState, key: PressedKey, page: number): TopState | undefined {
  if (key.ctrl && key.name === 'c') return undefined;
  if (state.typing) return typed(state, key);
  const move = (rows: number): TopState => ({ ...state, first: Math.max(0, state.first + rows) });
  switch (key.name) {
    case 'q':
      return undefined;
    case 's':
      return { ...state, sort: next(SORTS, state.sort), first: 0 };
    case 'r':
      return { ...state, reverse: !state.reverse, first: 0 };
    case 'g':
      return { ...state, grouping: next(GROUPINGS, state.grouping), first: 0 };
    case 'space':
      return { ...state, paused: !state.paused };
    case 'up':
      return move(-1);
    case 'down':
      return move(1);
    case 'pageup':
      return move(-page);
    case 'pagedown':
      return move(page);
    case 'home':
      return { ...state, first: 0 };
    case 'escape':
      return { ...state, filter: '' };
    default:
      return key.sequence === '/' ? { ...state, typing: true, filter: '' } : state;
  }
}

const LONGEST_FILTER = 100;

function typed(state: TopState, { name, sequence = '', ctrl }: PressedKey): TopState {
  if (name === 'return' || name === 'enter') return { ...state, typing: false };
  if (name === 'escape') return { ...state, typing: false, filter: '' };
  if (name === 'backspace') return { ...state, filter: state.filter.slice(0, -1) };
  if (ctrl || sequence.length !== 1 || sequence < ' ') return state;
  return { ...state, filter: (state.filter + sequence).slice(0, LONGEST_FILTER), first: 0 };
}

function next<T>(values: readonly T[], value: T): T {
  return values[(values.indexOf(value) + 1) % values.length]!;
}
