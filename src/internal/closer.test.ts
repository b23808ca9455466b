import { describe, expect, it } from 'vitest';
import { Closer } from './closer.ts';

describe('Closer', () => {
  it('runs the steps in reverse order, each after the other has ended', async () => {
    const log: string[] = [];
    const closer = new Closer();
    await closer.add(() => void log.push('first'));
    await closer.add(async () => {
      log.push('second begins');
      await Promise.resolve();
      log.push('second ends');
    });
    await closer.close();
    expect(log).toEqual(['second begins', 'second ends', 'first']);
  });

  it('runs once, however often it is closed', async () => {
    let runs = 0;
    const closer = new Closer();
    await closer.add(() => {
      runs += 1;
    });
    expect(closer.closed).toBe(false);
    await Promise.all([closer.close(), closer.close()]);
    await closer[Symbol.asyncDispose]();
    expect(runs).toBe(1);
    expect(closer.closed).toBe(true);
  });

  it('goes on after a failed step and joins the errors', async () => {
    const log: string[] = [];
    const closer = new Closer();
    await closer.add(() => void log.push('last'));
    await closer.add(() => Promise.reject(new Error('b')));
    await closer.add(() => {
      throw new Error('a');
    });
    const error: unknown = await closer.close().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(String)).toEqual(['Error: a', 'Error: b']);
    expect(log).toEqual(['last']);
  });

  it('undoes at once what is added after close', async () => {
    const closer = new Closer();
    await closer.close();
    let undone = false;
    await closer.add(() => void (undone = true));
    expect(undone).toBe(true);
    await expect(closer.add(() => Promise.reject(new Error('late')))).rejects.toThrow('late');
  });

  it('closes with await using', async () => {
    let undone = false;
    {
      await using closer = new Closer();
      await closer.add(() => void (undone = true));
    }
    expect(undone).toBe(true);
  });
});
