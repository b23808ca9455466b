import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Logs } from './logs.ts';
import { Random } from './random.ts';
import { must, run } from './run.ts';
import { until } from './until.ts';

describe('until', () => {
  it('ends when it sees what is expected', async () => {
    let looks = 0;
    expect(await until(() => ({ looks: ++looks }), { looks: 3 }, { every: 0 })).toBe(3);
  });

  it('fails with what it saw', async () => {
    await expect(until(() => ({ seen: 1 }), { seen: 2 }, { timeout: 0, every: 0 })).rejects.toMatchObject({
      actual: { seen: 1 },
      expected: { seen: 2 },
    });
  });
});

describe('Random', () => {
  it('draws the same from the same seed, inside of its bounds', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 1000 }, () => random.between(3, 9));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(8)).not.toEqual(draw(7));
    expect([...new Set(draw(7))].sort()).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('draws even numbers alone when it is asked to', () => {
    const random = new Random(7);
    const drawn = Array.from({ length: 1000 }, () => random.even(3, 9));
    expect([...new Set(drawn)].sort()).toEqual([4, 6, 8]);
  });
});

describe('Logs', () => {
  it('finds a line that was there before, or waits for it', async () => {
    const stream = new PassThrough();
    const logs = new Logs(stream);
    const later = logs.line({ msg: 'ready' });
    stream.write('{"server":"metrics","address":"127.0.0.1:1"}\nplain\n{"msg":"rea');
    stream.end('dy","n":1}\n');
    expect(await later).toEqual({ msg: 'ready', n: 1 });
    expect(await logs.line({ server: 'metrics' })).toEqual({ server: 'metrics', address: '127.0.0.1:1' });
    expect(logs.rest).toEqual(['plain']);
  });

  it('fails when the line never comes', async () => {
    const stream = new PassThrough();
    const logs = new Logs(stream);
    stream.end('{"msg":"broken"}\n');
    await expect(logs.line({ msg: 'ready' })).rejects.toThrow('{"msg":"broken"}');
  });
});

describe('run', () => {
  it('gives what a program printed and how it ended', async () => {
    expect(await run(['sh', '-c', 'cat; echo no >&2; exit 3'], 'yes')).toEqual({ code: 3, signal: null, stdout: 'yes', stderr: 'no\n' });
    await expect(must(['sh', '-c', 'echo why >&2; exit 3'])).rejects.toThrow('ended with 3\nwhy');
    await expect(run(['/nowhere/program'])).rejects.toThrow('ENOENT');
  });
});
