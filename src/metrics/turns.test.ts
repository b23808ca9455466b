import { describe, expect, it } from 'vitest';
import type { Pieces } from '../internal/pieces.ts';
import { Turns } from './turns.ts';

function open() {
  const [turns, done]: [Turns, string[]] = [new Turns(), []];
  function* window(name: string, pieces: number): Pieces<void> {
    for (let piece = 1; piece < pieces; piece++) {
      done.push(`${name} ${piece}`);
      yield;
    }
    done.push(`${name} whole`);
  }
  const collect = (name: string, until?: Promise<void>) =>
    turns.collect(async () => {
      done.push(`${name} begins`);
      await until;
      done.push(`${name} ends`);
    });
  return { turns, done, window, collect };
}

describe('Turns', () => {
  it('applies a small window at once, and the first piece of a large one', () => {
    const { turns, done, window } = open();
    turns.apply(window('a', 1));
    turns.apply(window('b', 3));
    expect(done).toEqual(['a whole', 'b 1']);
  });

  it('collects when a window is whole', async () => {
    const { turns, done, window, collect } = open();
    turns.apply(window('a', 3));
    await collect('page');
    expect(done).toEqual(['a 1', 'a 2', 'a whole', 'page begins', 'page ends']);
  });

  it('applies a window when the collections that have begun are done', async () => {
    const { turns, done, window, collect } = open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const pages = [collect('page', promise), collect('other', promise)];
    turns.apply(window('a', 1));
    expect(done).toEqual(['page begins', 'other begins']);
    resolve();
    await Promise.all(pages);
    expect(done).toEqual(['page begins', 'other begins', 'page ends', 'other ends', 'a whole']);
  });

  it('finishes a window when the next one comes, and when it has to', () => {
    const { turns, done, window } = open();
    turns.apply(window('a', 3));
    turns.apply(window('b', 2));
    expect(done).toEqual(['a 1', 'a 2', 'a whole', 'b 1']);
    turns.finish();
    expect(done.at(-1)).toBe('b whole');
  });

  it('lets no two windows wait', async () => {
    const { turns, done, window, collect } = open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const page = collect('page', promise);
    turns.apply(window('a', 2));
    turns.apply(window('b', 1));
    expect(done).toEqual(['page begins', 'a 1', 'a whole', 'b whole']);
    resolve();
    await page;
  });
});
