import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { program } from './compile/bundle.mjs';
import { agentNode, at } from './paths.mjs';
import { leaveSignals } from './run.mjs';

const runtime = JSON.parse(readFileSync(at('src', 'cli', 'runtime.json'), 'utf8'));

/**
 * Options of the agent's Node.js; the image and the chart use the same. New objects get 4 MB instead of 32: scrapes of
 * 20,000 lines would fill 32 MB repeatedly, and these would stay resident.
 */
export const AGENT_OPTIONS = runtime.nodeOptions;

/**
 * Settings of glibc's malloc, mallopt(3). By default it keeps as much memory as the largest block that a window ever
 * needed, for each thread. That is a tenth of the resident memory of a busy agent.
 */
export const AGENT_ENVIRONMENT = runtime.environment;

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 500;

/**
 * Runs the agent until it ends.
 *
 * Ctrl-C reaches this process twice: from the terminal and from npm. The agent is in a session of its own,
 * so that it gets each signal only from here, and only once.
 * @param {string[]} args
 * @param {{agent?: string[], sameSignalMs?: number}} [options] agent: the command that the arguments are for;
 *   sameSignalMs: the same signal within this time is not passed on again
 * @returns {Promise<number>} its exit code; 128 + n if signal n ended it, which is then printed on standard error
 */
export function runAgent(args, { agent = [agentNode, ...AGENT_OPTIONS, program], sameSignalMs = 500 } = {}) {
  const command = [...agent, ...args];
  // If SIGKILL ends this process, the kernel stops the agent.
  const guard = hasDeathSignal() ? ['setpriv', '--pdeathsig', 'TERM'] : [];
  const [file, ...rest] = [...guard, ...command];
  // A signal during the code above is delivered in the next turn of the event loop, so a listener must exist all the time.
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

// Reports the signal, because it ended the agent before the agent could.
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
  // Passes on Ctrl-Z and fg, which the terminal sends only to its own session.
  process.on('SIGTSTP', () => {
    send('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  process.on('SIGCONT', () => send('SIGCONT'));
  // The terminal tells its size to its own session only.
  process.on('SIGWINCH', () => send('SIGWINCH'));
}

// If SIGKILL ended npm, nobody else can stop this process.
function stopWithParent(child) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  return setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), PARENT_CHECK_MS);
}
