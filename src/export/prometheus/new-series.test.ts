import { describe, expect, it } from 'vitest';
import { Served, type Visitor, processInfo } from './fixtures.ts';

/** P and Q are two Prometheus servers behind one address; L is one with another address; C is a person with curl. */
const READERS: Record<string, Visitor> = {
  P: { userAgent: 'Prometheus/3', localAddress: '127.0.0.1', keeps: true },
  Q: { userAgent: 'Prometheus/3', localAddress: '127.0.0.1', keeps: true },
  L: { userAgent: 'Prometheus/3', localAddress: '127.0.0.2', keeps: true },
  C: { userAgent: 'curl/8', localAddress: '127.0.0.1', keeps: false },
};

const CURL = processInfo(10, 'curl');

/**
 * Runs a list of steps. `+5`: five connects in one window; `wait 300`: seconds pass; `retire`: the process exits and its
 * series end; `P`: P scrapes; `head P`: P sends HEAD; `break P`: P scrapes and resets without reading; `lose P`: P's
 * connection closes.
 * @returns the steps, each scrape with its value: `P=5`, or `P=-` without a series
 */
async function play(story: string, newSeriesAtZero = true): Promise<string> {
  await using served = new Served(newSeriesAtZero);
  const told: string[] = [];
  for (const step of story.split(', ')) {
    const [what = '', arg = ''] = step.split(' ');
    const reader = READERS[(arg || what)[0]!]!;
    if (what.startsWith('+')) {
      served.keys.client(1, CURL);
      served.window({ rows: [[1, { success: Number(what), handshake: Array.from({ length: Number(what) }, () => 0.01) }]] });
    } else if (what === 'wait') served.pass(1000 * Number(arg));
    else if (what === 'retire') {
      served.window({ exited: [CURL.owner] });
      for (let i = 0; i < 20; i++) served.window();
    } else if (what === 'head') await served.page(reader, { method: 'HEAD' });
    else if (what === 'break') await served.breakOff(reader);
    else if (what === 'lose') await served.leave(reader);
    told.push(READERS[what[0]!] === undefined ? step : `${what[0]}=${valueOf(await served.page(reader))}`);
  }
  return told.join(', ');
}

/** The value of the counter. Checks that the histogram's count is the same. */
function valueOf(page: string): string {
  const value = (name: string) => new RegExp(`^${name}{process_executable_name="curl",.*} (.*)$`, 'm').exec(page)?.[1] ?? '-';
  const counts = ['successes_total', 'attempts_total', 'duration_seconds_count', 'duration_seconds_bucket'].map((name) => value(`connwatch_tcp_connect_${name}`));
  // No sample falls into the first bucket, so it is 0 in every scrape that has it.
  expect(counts).toEqual([counts[0], counts[0], counts[0], counts[0] === '-' ? '-' : '0']);
  return counts[0]!;
}

describe('a new counter', () => {
  it.each([
    ['is 0 once for each reader, whoever else reads', 'P=-, +5, C=0, C=5, C=5, P=0, Q=0, C=5, L=0, P=5, Q=5, L=5, +2, C=7, P=7, L=7, Q=7'],
    ['is at its value at once for who comes after five minutes', '+5, wait 295, P=5, +1, P=6'],
    ['is 0 for who comes before', '+5, wait 294.999, P=0, P=5'],
    ['is 0 for who has not scraped since its birth, however long ago', 'P=-, +5, wait 600, P=0, P=5'],
    ['is 0 for who has asked for headers only', '+5, head P, P=0, P=5'],
    ['is 0 again for who broke off, but not for ever', '+5, break P, P=0, P=5'],
    ['is 0 twice at most for who always breaks off', '+5, break P, break P, P=5'],
    ['is not 0 for who comes back when another of its name has had it, and each at its own time for the others', 'P=-, +5, Q=0, Q=5, lose P, break P, C=0, P=5, Q=5, C=5, P=5'],
    ['never falls for two that come back in the other order', 'P=-, Q=-, +5, P=0, P=5, lose P, lose Q, Q=5, P=5, Q=5'],
    ['is known to who comes back over another connection', '+5, P=0, lose P, +1, P=6, lose P, P=6'],
    ['is known to two who come back over other connections', '+5, P=0, Q=0, lose P, lose Q, P=5, Q=5'],
    ['is new again when it was retired', '+5, P=0, P=5, retire, P=-, +3, P=0, C=0, P=3, +1, C=4, P=4'],
    ['is new again for who has not seen that it was retired', '+5, P=0, P=5, retire, +3, P=0, P=3'],
  ])('%s: %s', async (_, story) => {
    expect(await play(story.replace(/=[^,]+/g, ''))).toBe(story);
  });

  it('is at its value at once when that is switched off', async () => {
    const story = 'P=-, +5, C=5, P=5, Q=5';
    expect(await play(story.replace(/=[^,]+/g, ''), false)).toBe(story);
  });
});
