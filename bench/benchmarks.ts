import { noKernel } from '../test/harness/host.ts';
import type { Benchmark } from './benchmark.ts';
import { drain } from './drain.ts';
import { flood } from './flood.ts';
import { kernel } from './kernel.ts';
import { latency } from './latency.ts';
import { machine } from './machine.ts';
import { pages } from './pages/pages.ts';
import { scrape } from './scrape.ts';
import { sync } from './sync.ts';
import { weight } from './weight.ts';
import { window } from './window.ts';

const refusal = (): string | undefined => noKernel;

export const BENCHMARKS: readonly Benchmark[] = [
  { name: 'kernel', about: 'CPU per connection, agent on and off, and against an empty program', refusal, run: kernel },
  { name: 'drain', about: 'user space per event against a loop in C; the rate at which records are lost', refusal, run: drain },
  { name: 'weight', about: 'memory and start, against a bare Node.js', refusal, run: weight },
  { name: 'scrape', about: "a page of 20,000 lines, against OpenTelemetry's own serializer", run: scrape },
  { name: 'pages', about: 'pages of 100 to 100,000 series, against three other ways to serve them; the drain meanwhile', refusal, run: pages },
  { name: 'latency', about: 'from a connection to the batch that delivers it', refusal, run: latency },
  { name: 'window', about: 'how long the event loop waits while a window of many keys is cut and applied', refusal, run: window },
  { name: 'machine', about: 'instructions per connection of the whole machine, where the clock counts instructions (docs/internals/performance.md)', apart: true, refusal, run: machine },
  { name: 'flood', about: 'memory, answers and counts while one user makes all it can: 12 minutes', apart: true, refusal, run: flood },
  { name: 'sync', about: 'each way of --sync-failures, against none', refusal, run: sync },
];
