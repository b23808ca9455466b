// In an arm64 guest: runs the agent, makes the connections of /cases.json, and prints one line with what was made and counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = '/opt/node_modules/connwatch/dist/connwatch.js';
const [METRICS, HEALTH] = ['127.0.0.1:9090', '127.0.0.1:8080'];
/** Under emulation a window takes longer. */
const PATIENCE_MS = 60_000;

const cases = JSON.parse(readFileSync('/cases.json', 'utf8'));

async function runToEnd(file, args) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, signal, stdout, stderr };
}

async function startAgent() {
  const args = ['--metrics-addr', METRICS, '--health-addr', HEALTH, '--interval', '200ms', '--log-format', 'json', '--socket', 'off'];
  const agent = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const log = [];
  const ended = once(agent, 'close');
  const ready = new Promise((resolve) => {
    createInterface({ input: agent.stderr }).on('line', (line) => {
      log.push(line);
      if (line.includes('"msg":"ready"')) resolve();
    });
  });
  await Promise.race([ready, ended]);
  return { agent, log, ended };
}

/** What the program is called decides what it counts for. */
async function make({ name, args }) {
  const folder = `/tmp/${name}`;
  mkdirSync(folder);
  const { code, stdout, stderr } = await runToEnd('/opt/conngen', ['exec-as', folder, name, ...args]);
  if (code !== 0) return { name, failed: stderr + stdout };
  return { name, truth: JSON.parse(stdout.trim().split('\n').at(-1)) };
}

const sum = (page, metric, name) =>
  page
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(`process_executable_name="${name}"`))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);

/** The page once it has all that was made, or the last one. */
async function pageWith(made) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const page = await (await fetch(`http://${METRICS}/metrics`)).text();
    const complete = made.every(({ name, truth }) => truth === undefined || (sum(page, 'connwatch_tcp_connect_attempts_total', name) >= truth.attempts && sum(page, 'connwatch_tcp_accepts_total', name) >= truth.accepts));
    if (complete || performance.now() > end) return page;
    await sleep(500);
  }
}

async function main() {
  const version = await runToEnd(process.execPath, [PROGRAM, 'version']);
  const doctor = await runToEnd(process.execPath, [PROGRAM, 'doctor', '--json']);
  const { agent, log, ended } = await startAgent();
  const made = [];
  let page = '';
  if (agent.exitCode === null) {
    for (const each of cases) made.push(await make(each));
    page = await pageWith(made);
    agent.kill('SIGTERM');
  }
  const [code, signal] = await ended;
  return { architecture: process.arch, kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(), version, doctor, log, made, page, exit: { code, signal } };
}

writeFileSync('/dev/console', `connwatch-vm: result ${JSON.stringify(await main())}\n`);
