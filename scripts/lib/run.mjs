import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

/** Child to `finish`. */
const running = new Map();
let ending = false;
let interrupted = false;

/**
 * Runs a program to its end and takes what it prints. When we are stopped, it is asked to end, and killed
 * if it does not; with `finish`, it is waited for. After `timeout` ms, or by `signal`, it is ended as well. `onOutput`
 * gets each piece of its standard output as it comes.
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
      // Nobody wants to hear why it failed when the user has stopped it.
      if (!interrupted) resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** Standard output of a program that must succeed. @throws Error with the last line of what it said */
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

// Interrupted in the middle of set-up: what we started must not go on behind the user's back.
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

const END_TIMEOUT_MS = 2000;

// Only after they have ended: the next set-up must not meet an npm that is still at work.
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

/** For a command that from now on does something else with signals. */
export function leaveSignals() {
  for (const signal of Object.keys(SIGNALS)) process.off(signal, endWithChildren);
  ending = false;
}
