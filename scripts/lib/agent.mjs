import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { program } from './compile/bundle.mjs';
import { agentNode } from './paths.mjs';
import { leaveSignals } from './run.mjs';

/**
 * How the agent's Node.js is run; the image and the chart use the same. New objects get 4 MB, not 32: a scrape of
 * 20,000 lines would fill that again and again, and it would stay resident.
 */
export const AGENT_OPTIONS = ['--disable-sigusr1', '--max-old-space-size=256', '--max-semi-space-size=4'];

/**
 * glibc's memory, mallopt(3): by itself it keeps as much as the largest block that a window ever needed, in a heap for
 * each thread. A tenth of the resident memory of a busy agent.
 */
export const AGENT_ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 500;

/**
 * Runs the agent until it ends.
 *
 * Ctrl-C reaches this process from the terminal and once more from npm. The
 * agent is in a session of its own, so that it gets each signal from here alone,
 * and once.
 * @param {string[]} args
 * @param {{agent?: string[], sameSignalMs?: number}} [options] agent: the command that the arguments are for;
 *   sameSignalMs: within it, the same signal again is the same wish
 * @returns {Promise<number>} its exit code; 128 + n when signal n ended it, which is then said on standard error
 */
export function runAgent(args, { agent = [agentNode, ...AGENT_OPTIONS, program], sameSignalMs = 500 } = {}) {
  const command = [...agent, ...args];
  // When this process is killed outright, the kernel stops the agent in its place.
  const guard = hasDeathSignal() ? ['setpriv', '--pdeathsig', 'TERM'] : [];
  const [file, ...rest] = [...guard, ...command];
  // A signal that came while we were busy above is told at the next turn of the loop: somebody must listen all along.
  let child;
  passSignals((signal) => child.kill(signal), sameSignalMs);
  leaveSignals();
  child = spawn(file, rest, { stdio: 'inherit', detached: true, env: { ...AGENT_ENVIRONMENT, ...process.env } });
  const watch = stopWithParent(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      if (signal !== null) process.stderr.write(`start: ${ended(signal)}\n`);
      resolve(code ?? exitCodeOf(signal));
    });
  });
}

const exitCodeOf = (signal) => 128 + constants.signals[signal];

// The agent itself had no time to say anything.
function ended(signal) {
  const why = signal === 'SIGKILL' ? ' The kernel does that when memory runs out, and logs it.' : '';
  return `the agent was ended by ${signal} (exit code ${exitCodeOf(signal)}).${why}`;
}

function hasDeathSignal() {
  return spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;
}

function passSignals(send, sameSignalMs) {
  const last = {};
  for (const signal of STOPPING)
    process.on(signal, () => {
      const now = performance.now();
      if (now - (last[signal] ?? -Infinity) > sameSignalMs) send(signal === 'SIGHUP' ? 'SIGTERM' : signal);
      last[signal] = now;
    });
  // Ctrl-Z and fg, which the terminal sends to its own session only.
  process.on('SIGTSTP', () => {
    send('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  process.on('SIGCONT', () => send('SIGCONT'));
}

// npm killed outright: nobody is left who could stop us.
function stopWithParent(child) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  return setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), PARENT_CHECK_MS);
}
