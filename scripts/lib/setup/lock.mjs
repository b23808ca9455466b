import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { at } from '../paths.mjs';

const setupLock = at('.cache', 'setup.lock');
const PATIENCE_MS = 300;

/**
 * Runs work while no other set-up of this checkout runs. flock(1) of util-linux holds the lock while its standard
 * input is open, so the lock is freed however this process ends. Without flock there is no lock.
 */
export async function locked(work, say = () => {}, file = setupLock) {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a')); // its error has a reason that flock would not report
  // In a session of its own, so that Ctrl-C does not end flock before the work is done.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const ended = new Promise((resolve) => holder.once('close', resolve).once('error', resolve));
  const waiting = setTimeout(() => say('waiting for another set-up of this checkout'), PATIENCE_MS);
  await Promise.race([once(holder.stdout, 'data'), ended]);
  clearTimeout(waiting);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
