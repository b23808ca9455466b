import { type MetricProducer, MetricReader, type PushMetricExporter, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { byWorkload } from './resources.ts';
import type { Sender } from './sender.ts';
import { split } from './split.ts';

export interface PushReaderOptions extends Pick<PushMetricExporter, 'selectAggregation' | 'selectAggregationTemporality'> {
  /** `delivered`: the receiver has all of the last collection. */
  readonly producer: MetricProducer & { delivered?(): void };
  readonly sender: Pick<Sender, 'send' | 'close'>;
  /** Transforms the batches of an export before they are sent. */
  readonly prepare: (batches: Iterable<ResourceMetrics>) => Iterable<ResourceMetrics>;
  /** Time between two exports, milliseconds. */
  readonly interval: number;
  /** Time-out of an export with all its requests, milliseconds. */
  readonly timeout: number;
  /** Called after each export: undefined, or why it failed. */
  readonly onExport: (error: unknown) => void;
  /** Called with errors of a collection; the rest was sent. */
  readonly onIncomplete: (error: unknown) => void;
  /** Rest of the shutdown's time, milliseconds. */
  readonly timeLeft: () => number;
}

// The first export comes soon, so that a wrong endpoint is reported at the start.
const FIRST_EXPORT = 5000;
// After a failure the reader retries before the interval ends: with a doubling pause and a shorter
// time-out. A collector that comes back gets the next export within 9 s.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 4000;
const RETRY_TIMEOUT = 5000;
/** The last export may always take this long. */
const LAST_EXPORT = 1000;

/**
 * Collects and pushes periodically. We do not use the SDK's
 * PeriodicExportingMetricReader, because it waits a whole interval after a failure,
 * does not stop an export after its time-out, and has no limit at shutdown. One export
 * runs at a time, and each collects again. Nothing of a failed export is kept, because
 * cumulative values make the next one complete.
 */
export class PushReader extends MetricReader {
  readonly #options: PushReaderOptions;
  #ticks: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  #closing = false;

  constructor(options: PushReaderOptions) {
    super({
      metricProducers: [options.producer],
      aggregationSelector: (type) => options.selectAggregation!(type),
      aggregationTemporalitySelector: (type) => options.selectAggregationTemporality!(type),
    });
    this.#options = options;
  }

  protected override onInitialized(): void {
    const { interval, timeout } = this.#options;
    this.#ticks = setInterval(() => void this.#export(timeout), interval).unref();
    this.#after(Math.min(FIRST_EXPORT, interval), timeout);
  }

  protected override async onForceFlush(): Promise<void> {
    await this.#running;
    await this.#export(this.#options.timeout);
  }

  /** One last export in the remaining time. A running export gets at most half of it. */
  protected override async onShutdown(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#ticks);
    clearTimeout(this.#next);
    const end = performance.now() + Math.max(LAST_EXPORT, Math.min(this.#options.timeLeft(), this.#options.timeout));
    if (this.#running !== undefined) await atMost((end - performance.now()) / 2, this.#running);
    await this.#exportUntil(end);
    this.#options.sender.close();
  }

  #after(pause: number, timeout: number): void {
    clearTimeout(this.#next);
    if (!this.#closing) this.#next = setTimeout(() => void this.#export(timeout), pause).unref();
  }

  /** Never rejects. Shares a running export. */
  #export(timeout: number): Promise<void> {
    return (this.#running ??= this.#exportUntil(performance.now() + timeout).finally(() => (this.#running = undefined)));
  }

  async #exportUntil(end: number): Promise<void> {
    const { producer, sender, prepare, timeout, onExport, onIncomplete } = this.#options;
    clearTimeout(this.#next);
    try {
      const { resourceMetrics, errors } = await this.collect({ timeoutMillis: Math.max(1, end - performance.now()) });
      if (errors.length > 0) onIncomplete(new AggregateError(errors, 'metrics are incomplete'));
      const sent = await sender.send(prepare(requestsOf(resourceMetrics)), end);
      // This says nothing about the collector.
      if (sent === 0) return;
      producer.delivered?.();
      this.#failures = 0;
      onExport(undefined);
    } catch (error) {
      this.#failures += 1;
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1));
      // Agents that lost the same collector must not all retry at the same moment.
      this.#after(pause * (0.75 + Math.random() / 4), Math.min(timeout, RETRY_TIMEOUT));
      onExport(error);
    }
  }
}

function* requestsOf(collected: ResourceMetrics): Generator<ResourceMetrics> {
  for (const workload of byWorkload(collected)) yield* split(workload);
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))]);
  clearTimeout(timer);
}
