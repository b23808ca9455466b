import { setImmediate } from 'node:timers/promises';

/** Long work. At each `yield` it can pause. */
export type Pieces<T> = Generator<undefined, T, undefined>;

/** How long the event loop may wait for a piece, milliseconds; several readers at once have one each. */
const MOST = 2;

export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Lets the event loop go on between two pieces. */
export async function inPieces<T>(work: Pieces<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + MOST;
    do {
      const { done, value } = work.next();
      if (done === true) return value;
    } while (performance.now() < end);
    await setImmediate();
  }
}
