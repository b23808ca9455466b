import { type MetricProducer, MetricReader, type PushMetricExporter, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Sender } from './sender.ts';
import { split } from './split.ts';

export interface PushReaderOptions extends Pick<PushMetricExporter, 'selectAggregation' | 'selectAggregationTemporality'> {
  readonly producer: MetricProducer;
  readonly sender: Pick<Sender, 'send' | 'close'>;
  /** What becomes of the batches of an export before they are sent. */
  readonly prepare: (batches: Iterable<ResourceMetrics>) => Iterable<ResourceMetrics>;
  /** From one export to the next, milliseconds. */
  readonly interval: number;
  /** One export, all its requests, milliseconds. */
  readonly timeout: number;
  /** After each export: undefined, or why it failed. */
  readonly onExport: (error: unknown) => void;
  /** What could not be collected; the rest was sent. */
  readonly onIncomplete: (error: unknown) => void;
  /** How long the shutdown may still take, milliseconds. */
  readonly timeLeft: () => number;
}

// The first export comes soon, so that a wrong endpoint is told at the start.
const FIRST_EXPORT = 5000;
// While exports fail they are tried more often than the interval says: a pause that doubles, and a
// shorter time-out. A collector that returns has the next export at most 9 s later.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 4000;
const RETRY_TIMEOUT = 5000;
/** The last export may take this long whatever is left. */
const LAST_EXPORT = 1000;

/**
 * Collects and pushes periodically. Not the SDK's PeriodicExportingMetricReader,
 * because that waits a whole interval after a failure, leaves an export running
 * when its time is up, and is not bounded when it is shut down. One export runs
 * at a time, and each collects anew: nothing is kept of one that failed, and
 * cumulative values make the next one whole.
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

  /** One more export, in what is left of the time; half of it goes to one that is under way. */
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

  /** Never rejects. Shares an export that runs. */
  #export(timeout: number): Promise<void> {
    return (this.#running ??= this.#exportUntil(performance.now() + timeout).finally(() => (this.#running = undefined)));
  }

  async #exportUntil(end: number): Promise<void> {
    const { sender, prepare, timeout, onExport, onIncomplete } = this.#options;
    clearTimeout(this.#next);
    try {
      const { resourceMetrics, errors } = await this.collect({ timeoutMillis: Math.max(1, end - performance.now()) });
      if (errors.length > 0) onIncomplete(new AggregateError(errors, 'metrics are incomplete'));
      const sent = await sender.send(prepare(split(resourceMetrics)), end);
      // Nothing is known of the collector then.
      if (sent === 0) return;
      this.#failures = 0;
      onExport(undefined);
    } catch (error) {
      this.#failures += 1;
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1));
      // Agents that lost the same collector must not all come back at once.
      this.#after(pause * (0.75 + Math.random() / 4), Math.min(timeout, RETRY_TIMEOUT));
      onExport(error);
    }
  }
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))]);
  clearTimeout(timer);
}
