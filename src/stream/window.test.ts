import { map, Subject, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Batch, Cut } from '../ebpf/types.ts';
import { COLUMN, COLUMNS, SUMS } from './snapshot.ts';
import { nextMultiple, windows } from './window.ts';

/** A batch without records; with a cut if there are connects of outcome 0, by key. */
function batch(connects?: Readonly<Record<number, number>>): Batch {
  const none = { length: 0, leftOut: 0, untapped: 0, bytes: new Uint8Array(0), words: new Uint32Array(0), keys: new Uint32Array(0) };
  if (connects === undefined) return { ...none, cut: undefined };
  const keys = Uint32Array.from(Object.keys(connects), Number);
  const counts = new Uint32Array(keys.length * COLUMNS);
  keys.forEach((key, row) => (counts[row * COLUMNS + COLUMN.connect] = connects[key]!));
  const cut = { counts: { rows: keys.length, keys, counts, sums: new Float64Array(keys.length * SUMS) } };
  return { ...none, cut: cut as unknown as Cut };
}

const values = { a: batch(), c: batch({ 1: 3, 2: 2 }), z: batch({}) };

/** A snapshot as text: `start-end key:successes ...`. */
function run(marbles: string, expected: string, texts: Record<string, string>, subscription?: string): number[] {
  const asked: number[] = [];
  new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(({ hot, expectObservable }) => {
    const stream = hot<Batch>(marbles, values).pipe(
      windows({ interval: 10, requestCut: () => asked.push(1) }),
      map(({ keys, counts, start, end }) => {
        const rows = [...keys].map((key, row) => `${key}:${counts[row * COLUMNS + COLUMN.connect]}`);
        return `${rows.join(' ')} ${start}-${end}`;
      }),
    );
    expectObservable(stream, subscription).toBe(expected, texts);
  });
  return asked;
}

describe('windows', () => {
  it('emits the counts of a cut', () => {
    run('-a-a-c---z|', '-----x---y|', { x: '1:3 2:2 0-5', y: ' 5-9' });
  });
  it('emits an empty snapshot for an idle window', () => {
    run('--z--z-|', '--x--y-|', { x: ' 0-2', y: ' 2-5' });
  });
  it('emits nothing without a cut', () => run('-a-a-|', '-----|', {}));
  it('completes at once when the source is empty', () => run('|', '|', {}));
  it('never ends when the source never does', () => run('-', '-', {}, '^---!'));
  it('hands on the error of the source', () => run('-c-#', '-x-#', { x: '1:3 2:2 0-1' }));
  it('stops when its subscriber leaves', () => run('-c-c-c', '-x----', { x: '1:3 2:2 0-1' }, '^-!'));
  it('asks for a cut at every multiple of the interval', () => {
    expect(run('-', '-', {}, '^ 35ms !')).toHaveLength(3);
  });
  it.each([
    ['timers that come early', (frame: number) => Math.floor(frame * 0.8), [10, 20, 30, 40]],
    ['a clock that is set back', (frame: number) => (frame < 25 ? frame : frame - 1000), [10, 20, -970, -960, -950]],
  ])('asks at multiples of the interval with %s', (_, clock, expected) => {
    const scheduler = new VirtualTimeScheduler(undefined, 55);
    scheduler.now = () => clock(scheduler.frame);
    const asked: number[] = [];
    const requestCut = () => void asked.push(scheduler.now());
    const subscription = new Subject<Batch>().pipe(windows({ interval: 10, requestCut, scheduler })).subscribe();
    scheduler.flush();
    subscription.unsubscribe();
    expect(asked).toEqual(expected);
  });
  it('takes a new interval at once, and loses nothing by it', () => {
    const asked: number[] = [];
    new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(({ hot, cold, expectObservable }) => {
      const source = hot<Batch>('a 34ms a 4ms c', values);
      const interval = cold<number>('x 14ms y', { x: 1000, y: 10 });
      const stream = source.pipe(
        windows({ interval, requestCut: () => asked.push(Date.now()) }),
        map(({ keys, counts }) => [...keys].map((key, row) => `${key}:${counts[row * COLUMNS + COLUMN.connect]}`).join(' ')),
      );
      expectObservable(stream, '^ 44ms !').toBe('40ms x', { x: '1:3 2:2' });
    });
    expect(asked).toHaveLength(3); // at 20, 30 and 40
  });
  it('asks for no cut after its subscriber has left', () => {
    expect(run('-', '-', {}, '^ 12ms !')).toHaveLength(1);
  });
  it('ends with an error when a cut cannot be asked for', () => {
    const errors: unknown[] = [];
    new TestScheduler(() => true).run(({ hot, flush }) => {
      hot<Batch>('-')
        .pipe(
          windows({
            interval: 10,
            requestCut() {
              throw new Error('closed');
            },
          }),
        )
        .subscribe({ error: (error: unknown) => errors.push(error) });
      flush();
    });
    expect(errors).toEqual([new Error('closed')]);
  });
});

describe('nextMultiple', () => {
  it.each([
    [0, 10, 10],
    [1, 10, 10],
    [9.5, 10, 10],
    [10, 10, 20],
  ])('after %d by %d: %d', (now, interval, expected) => expect(nextMultiple(now, interval)).toBe(expected));
});
