import { setTimeout as delay } from 'node:timers/promises';
import { Flood, floodCgroup, type FloodMode, type FloodOptions, removeCgroup } from '../test/harness/flood.ts';
import { Cgroup, hierarchies } from '../test/harness/kernel/cgroup.ts';
import { Namespace } from '../test/harness/kernel/namespace.ts';
import { type Page, parsePage } from '../test/harness/scrape/exposition.ts';
import { Generator } from '../test/harness/traffic.ts';
import type { Context } from './benchmark.ts';
import { type Program, startAgent } from './lib/agent.ts';
import { watched } from './lib/cleanup.ts';
import { LongestAnswer } from './lib/liveness.ts';
import { memoryOf } from './lib/memory.ts';
import { page } from './lib/page.ts';
import type { Result, Row } from './rows.ts';
import { spread } from './statistics.ts';

interface Case {
  readonly what: string;
  readonly mode: FloodMode;
  readonly options: FloodOptions;
}

const FLOODS: readonly Case[] = [
  { what: 'a million destinations', mode: 'destinations', options: { count: 1_000_000 } },
  { what: 'a million executables', mode: 'executables', options: { count: 1_000_000 } },
  { what: '100,000 processes', mode: 'processes', options: { count: 100_000 } },
];
const HELD: readonly Case[] = [
  { what: '100,000 open sockets', mode: 'sockets', options: { count: 100_000, workers: 10 } },
  { what: '20,000 sockets in 200 processes', mode: 'sockets', options: { count: 20_000, workers: 2, sharers: 99 } },
  { what: 'a million descriptors', mode: 'sockets', options: { count: 20_000, workers: 2, sharers: 49 } },
];

const NOTES = [
  'One unprivileged user in a cgroup of its own, as fast as it can; all in a network namespace of its own, on 127.0.0.0/8. ' +
    'A second workload makes ten connects a second to an address that is new each time: its series have to be exact. ' +
    'Memory is what /proc calls Rss, in MB of 10^6 bytes, without the maps of the kernel that are mapped in: their memory is taken when the ' +
    'agent starts, used or not (8 MB for the ring buffer, of which Rss counts each page that was ever written twice).',
];

/** What one user can do to make the agent grow, slow or wrong. */
export async function flood({ quick, say }: Context): Promise<Result> {
  const rows: Row[] = [];
  for (const each of FLOODS) {
    say(each.what);
    rows.push(...(await flooded(each, quick ? { seconds: 15, after: 20 } : { seconds: 120, after: 120 }, say)));
  }
  for (const each of HELD) {
    say(each.what);
    rows.push(...(await held(each, quick ? 15 : 60)));
  }
  return { rows, notes: NOTES };
}

interface Times {
  readonly seconds: number;
  readonly after: number;
}

async function flooded({ what, mode, options }: Case, { seconds, after }: Times, say: Context['say']): Promise<Row[]> {
  await using agent = await startAgent({ args: ARGS });
  await using namespace = await Namespace.create();
  using quiet = new Quiet(namespace);
  const before = await atRest(agent, quiet);
  await using liveness = await LongestAnswer.of(agent);
  // One user stays in one cgroup.
  const cgroup = floodCgroup();
  await using _cgroup = { [Symbol.asyncDispose]: () => removeCgroup(cgroup) };
  let [peak, made, times] = [0, 0, 0];
  // As often as the time allows: a million destinations are few.
  for (const end = performance.now() + seconds * 1000; performance.now() < end; times++) {
    const left = Math.ceil((end - performance.now()) / 1000);
    await using running = new Flood(mode, { ...options, seconds: left }, namespace, cgroup);
    watched(running.child);
    const finished = running.finish();
    for (let done = false; !done; ) {
      done = await Promise.race([finished.then(() => true), delay(1000, false)]);
      peak = Math.max(peak, ownMemory(agent));
      await quiet.connect();
    }
    made += (await finished).attempts;
  }
  await delay(WINDOWS);
  const seen = parsePage(await page(agent));
  say(`${made.toLocaleString('en')} connects in ${times} turns; the series limit was met ${sum(seen, 'connwatch_series_refused_total')} times`);
  const wrong = Math.abs(drift(seen, namespace.inode)) + quiet.wrong(seen);
  await delay(after * 1000);
  const rest = ownMemory(agent);
  return [
    { what: `${what}: memory before`, value: spread([before]), unit: 'MB' },
    { what: `${what}: at most, above that`, value: spread([peak - before]), unit: 'MB', atMost: 60 },
    { what: `${what}: ${after} s after, above that`, value: spread([rest - before]), unit: 'MB', atMost: 20 },
    { what: `${what}: longest answer of /liveness`, value: spread([liveness.longest]), unit: 'ms', atMost: 1000 },
    { what: `${what}: records lost`, value: spread([lost(seen)]), unit: 'count', atMost: 0 },
    { what: `${what}: connects miscounted`, value: spread([wrong]), unit: 'count', atMost: 0 },
  ];
}

async function held({ what, mode, options }: Case, seconds: number): Promise<Row[]> {
  await using agent = await startAgent({ args: ARGS });
  await using namespace = await Namespace.create();
  using quiet = new Quiet(namespace);
  const before = await atRest(agent, quiet);
  await using liveness = await LongestAnswer.of(agent);
  await using running = new Flood(mode, options, namespace);
  watched(running.child);
  const open = await running.open();
  let peak = 0;
  for (let second = 0; second < seconds; second++) {
    await delay(1000);
    peak = Math.max(peak, ownMemory(agent));
  }
  const counted = sum(parsePage(await page(agent)), 'connwatch_tcp_connections', { process_executable_name: 'flood', network_connection_state: 'established' });
  await running.finish();
  return [
    { what: `${what}: at most, above before`, value: spread([peak - before]), unit: 'MB' },
    { what: `${what}: longest answer of /liveness`, value: spread([liveness.longest]), unit: 'ms', atMost: 1000 },
    { what: `${what}: sockets miscounted`, value: spread([Math.abs(counted - open)]), unit: 'count', atMost: 0 },
  ];
}

/** A new series has its value on its first page. */
const ARGS = ['--new-series-at-zero', 'false'];

/** Two windows, and more. */
const WINDOWS = 11_000;

/** Its memory when it has seen a little. */
async function atRest(agent: Program, quiet: Quiet): Promise<number> {
  for (let second = 0; second < WINDOWS / 1000; second++) {
    await quiet.connect();
    await page(agent);
    await delay(1000);
  }
  return ownMemory(agent);
}

/** A workload beside the flood, and somebody who stays in its namespace, so that this is compared to the end. */
class Quiet implements Disposable {
  static readonly NAME = 'bench-quiet';
  readonly #generator = new Generator();
  /** Of its own: what else runs on the machine has no part in its share of series. */
  readonly #cgroup = new Cgroup(hierarchies()[0], `/connwatch-quiet-${process.pid}`);
  readonly #namespace: Namespace;
  #connects = 0;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
    this.#generator.start('bench-stays', ['listen', '--port', '7000'], namespace);
  }

  async connect(): Promise<void> {
    const address = `127.0.${1 + (this.#connects >> 8)}.${this.#connects & 255}`;
    this.#connects += 1;
    await this.#generator.run(Quiet.NAME, ['plain', '--address', address, '--port', '9', '--count', `${EACH}`], {
      command: (...command) => this.#cgroup.command(...this.#namespace.command(...command)),
    });
  }

  /** How many connects are not in the series of their destination. */
  wrong(seen: Page): number {
    const found = seen.by('server_address', 'connwatch_tcp_connect_failures_total', { process_executable_name: Quiet.NAME, error_type: 'refused' });
    const off = Object.values(found).reduce((total, value) => total + Math.abs(value - EACH), 0);
    return off + Math.max(0, this.#connects - Object.keys(found).length) * EACH;
  }

  [Symbol.dispose](): void {
    this.#generator[Symbol.dispose]();
    this.#cgroup.remove();
  }
}

/** Connects of the second workload to each of its addresses. */
const EACH = 10;

function ownMemory(agent: Program): number {
  const { resident, maps } = memoryOf(agent.pid);
  return resident - maps;
}

function sum(seen: Page, name: string, match: Readonly<Record<string, string>> = {}): number {
  return seen.sum(name, match);
}

function drift(seen: Page, netns: number): number {
  const value = seen.value('connwatch_drift', { netns: `${netns}`, counter: 'ActiveOpens' });
  if (value === undefined) throw new Error(`the drift of namespace ${netns} is not told`);
  return value;
}

/** What was folded for want of a series is not lost. */
function lost(seen: Page): number {
  return seen.select('connwatch_events_lost_total').reduce((total, { labels, value }) => total + (labels['stage'] === 'metrics' ? 0 : value), 0);
}
