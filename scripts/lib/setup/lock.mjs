import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { at } from '../paths.mjs';

const file = at('.cache', 'setup.lock');
let held = false;

// process.exit() on a signal runs no `finally`.
process.once('exit', release);

/** Runs work while no other set-up of this checkout does. A lock whose owner is gone is taken over. */
export async function locked(work, say = () => {}) {
  let waited = false;
  while (!take()) {
    const owner = ownerOf();
    if (owner === undefined) rmSync(file, { force: true });
    else {
      if (!waited && owner > 0) say(`waiting for the set-up of process ${owner}`);
      waited ||= owner > 0;
      await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    release();
  }
}

function release() {
  if (held) rmSync(file, { force: true });
  held = false;
}

function take() {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    held = true;
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf() {
  let pid = 0; // also of a lock whose owner has not written its number yet
  try {
    pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === 'EPERM' ? pid : undefined;
  }
}
