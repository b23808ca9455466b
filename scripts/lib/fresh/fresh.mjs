import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isRoot } from '../host.mjs';
import { Refusal } from '../refusal.mjs';
import { which } from '../run.mjs';
import { bpfObjectsOf, stillThere } from './bpf-objects.mjs';
import { makeFreshRoot } from './root.mjs';

const START_TIMEOUT_MS = 15 * 60_000;
const STOP_TIMEOUT_MS = 30_000;
const NEEDED = ['mmdebstrap', 'bpftool', 'unshare', 'chroot', 'git', 'tar'];

/** Runs `npm start` twice in a fresh root file system. `--node FILE`: with that Node.js instead of 24. @returns {Promise<number>} */
export async function testFresh(args) {
  checkHost();
  const node = args[0] === '--node' ? args[1] : undefined;
  say('making the root file system');
  const fresh = await makeFreshRoot({ node });
  try {
    const first = await session(fresh, 'first start');
    const second = await session(fresh, 'second start');
    check(first.steps > 0, 'the first start sets up');
    check(second.steps === 0, 'the second start finds everything done');
    say('ok');
    return 0;
  } finally {
    fresh.remove();
  }
}

function checkHost() {
  if (!isRoot())
    throw new Refusal('this test needs root.', { code: 'CW_SETUP_HOST', why: 'it creates a root file system and loads BPF programs.', todo: 'run it as root.' });
  const missing = NEEDED.filter((name) => !which(name));
  if (missing.length > 0)
    throw new Refusal(`${missing.join(', ')} is missing.`, {
      code: 'CW_SETUP_MISSING',
      why: 'it creates and inspects the fresh root file system.',
      todo: `install ${missing.join(', ')} (Debian packages of the same names), then run the command again.`,
    });
}

/** One `npm start`: waits until it is ready, scrapes, sends SIGTERM, and checks that nothing is left. */
async function session({ root, env }, title) {
  const start = performance.now();
  const npm = npmStart(root, env);
  const ended = once(npm, 'exit');
  try {
    const { metrics, steps } = await untilReady(npm);
    say(`${title}: ready after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    const page = await (await fetch(`http://${metrics}/metrics`)).text();
    check(/^connwatch_/m.test(page), 'the page has metrics of connwatch');
    const held = bpfObjectsOf(agentBelow(npm.pid));
    check(held.prog.length > 0 && held.map.length > 0, 'the agent holds BPF programs and maps');
    npm.kill('SIGTERM');
    const [code, signal] = await within(STOP_TIMEOUT_MS, ended, 'npm start did not end after SIGTERM');
    check(code === 0, `npm start ends with 0 after SIGTERM (${signal ?? code})`);
    const left = await stillThere(held);
    check(left.length === 0, `no BPF object is left (${left.join(', ') || 'none'})`);
    return { steps };
  } finally {
    npm.kill('SIGKILL');
  }
}

// Mounts in a mount namespace of their own, so that they end with its last process.
const ENTER = `
  mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" &&
  exec chroot "$1" sh -c 'cd /root/connwatch && exec npm start -- --metrics-addr 127.0.0.1:0 --health-addr 127.0.0.1:0'
`;

function npmStart(root, env) {
  return spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', root], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env },
  });
}

async function untilReady(npm) {
  let metrics;
  let steps = 0;
  const ready = (async () => {
    for await (const line of createInterface({ input: npm.stderr })) {
      process.stderr.write(`  | ${line}\n`);
      if (line.startsWith('setup: ')) steps++;
      const record = parse(line);
      if (record?.server === 'metrics') metrics = record.address;
      if (record?.msg === 'ready') return;
    }
    throw new Error('npm start ended before it was ready');
  })();
  await within(START_TIMEOUT_MS, ready, 'npm start was not ready in time');
  npm.stderr.resume();
  return { metrics, steps };
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Finds the agent: the last process in the chain npm start, shell, script, ... */
function agentBelow(pid) {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return child === undefined ? pid : agentBelow(child);
}

async function within(ms, promise, message) {
  let timer;
  const late = new Promise((_resolve, reject) => (timer = setTimeout(() => reject(new Error(message)), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function check(holds, what) {
  say(`${holds ? 'yes' : 'NO'}: ${what}`);
  if (!holds) throw new Refusal('the fresh start failed.', { code: 'CW_SETUP_CHECK', why: `this check failed: ${what}.`, todo: 'see the lines above.' });
}

function say(text) {
  process.stderr.write(`fresh: ${text}\n`);
}
