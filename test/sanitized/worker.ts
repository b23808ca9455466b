import { parentPort, workerData } from 'node:worker_threads';
import { DRAINED } from '../../src/ebpf/session.ts';
import { session } from './open.ts';

// Most of the time is spent in the addon, with turns of the loop in between; the records come from our parent.
const it = session();
let cuts = 0;
setInterval(() => {
  for (let drains = 0; drains < 100; drains++) {
    it.drain();
    if (it.drained[DRAINED.cut] === 1) cuts += 1;
    it.requestCut();
    it.processes();
    it.readKey(cuts);
    it.stats();
  }
  if (workerData === 'exits') process.exit(7);
  if (workerData === 'throws') throw new Error('as asked');
  if (cuts > 3) parentPort?.postMessage('draining');
}, 0);
