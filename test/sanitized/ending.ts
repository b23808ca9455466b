import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { running } from './managed.ts';
import { type Scenarios, TINY } from './open.ts';
import { Traffic } from './traffic.ts';

export const ENDING: Scenarios = {
  async 'is in a worker that is terminated while it drains, twenty times'() {
    await using traffic = await Traffic.start();
    for (let round = 0; round < 20; round++) {
      const worker = workerThat('cuts');
      await once(worker, 'message');
      await worker.terminate();
      await traffic.more(1);
    }
  },

  async 'is in a worker that ends without closing it'() {
    await using traffic = await Traffic.start();
    for (const [way, code] of [['exits', 7], ['throws', 1]] as const) {
      const worker = workerThat(way);
      const failed = new Promise((resolve) => worker.on('error', resolve));
      assert.equal(await new Promise((resolve) => worker.on('exit', resolve)), code);
      if (way === 'throws') assert.match(String(await failed), /as asked/);
      await traffic.more(1);
    }
  },

  // With these two the process ends.
  async 'is open when the process exits, in the middle of a batch'() {
    const traffic = await Traffic.start();
    running(TINY, () => process.exit(7));
    await traffic.more(1e9);
  },

  async 'is open when an exception ends the process'() {
    const traffic = await Traffic.start();
    running(TINY, () => {
      throw new Error('as asked');
    });
    await traffic.more(1e9);
  },
};

function workerThat(does: string): Worker {
  return new Worker(new URL('worker.ts', import.meta.url), { workerData: does });
}
