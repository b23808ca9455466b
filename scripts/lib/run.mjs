import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

/** Running children, each with its option `finish`. */
const running = new Map();
let ending = false;
let interrupted = false;

/**
 * Runs a program to its end and collects its output. If this process is stopped, it ends the program, and kills it
 * if that does not help; with `finish` it waits for it. `timeout` (ms) and `signal` also end the program. `onOutput`
 * gets each piece of its standard output as it arrives.
 * @returns {Promise<{code: number, stdout: string, stderr: string}>} code 127 when it cannot be started
 */
export function run(
  file,
  args,
  { cwd = root, env = process.env, stdio = ['ignore', 'pipe', 'pipe'], finish = false, timeout, signal, onOutput } = {},
) {
  endChildrenWithUs();
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio, timeout, signal });
    let stdout = '';
    let stderr = '';
    running.set(child, finish);
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error) => {
      running.delete(child);
      resolve({ code: 127, stdout, stderr: `${stderr}${error.message}\n` });
    });
    child.on('close', (code) => {
      running.delete(child);
      // If the user has stopped it, its failure needs no message.
      if (!interrupted) resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** Standard output of a program that must succeed. @throws Error with the last line of its standard error */
export async function outputOf(file, args, options) {
  const { code, stdout, stderr } = await run(file, args, options);
  if (code !== 0) throw new Error(`${file}: ${stderr.trim().split('\n').at(-1)}`);
  return stdout;
}

/** Path of a program, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not here
    }
  }
  return undefined;
}

// If set-up is interrupted, the programs that it started must not go on unnoticed.
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

const END_TIMEOUT_MS = 2000;

// Exits only after they have ended, so that the next set-up does not run beside an npm that is still running.
async function endWithChildren(signal) {
  interrupted = true;
  const ends = [...running.keys()].map((child) => once(child, 'close'));
  for (const [child, finish] of running) if (!finish) child.kill('SIGTERM');
  setTimeout(() => running.forEach((finish, child) => finish || child.kill('SIGKILL')), END_TIMEOUT_MS).unref();
  await Promise.allSettled(ends);
  process.exit(128 + SIGNALS[signal]);
}

function endChildrenWithUs() {
  if (ending) return;
  ending = true;
  for (const signal of Object.keys(SIGNALS)) process.on(signal, endWithChildren);
}

/** Stops handling signals here, for a command that handles them itself from now on. */
export function leaveSignals() {
  for (const signal of Object.keys(SIGNALS)) process.off(signal, endWithChildren);
  ending = false;
}
