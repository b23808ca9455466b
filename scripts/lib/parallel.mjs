import { availableParallelism } from 'node:os';

/** Does the work for each item, on as many processors as there are. @template T @param {readonly T[]} items @param {(item: T) => Promise<void>} work */
export async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
