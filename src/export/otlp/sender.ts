import { ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Error message for a time-out. */
export class NoAnswer extends Error {
  constructor() {
    super('no answer in time');
  }
}

/**
 * Sends batches through an exporter, and creates a new one after a failure. A new
 * exporter has a new gRPC channel. The old channel would wait up to 120 s before it
 * connects again, and this cannot be changed (opentelemetry-js #4024). A new exporter
 * also reads the files with headers and certificates again.
 */
export class Sender {
  readonly #create: (left: number) => PushMetricExporter;
  readonly #keep: boolean;
  #exporter: PushMetricExporter | undefined;

  /**
   * @param create gets the time that is left for the export, milliseconds
   * @param keep use an exporter again after a success
   */
  constructor(create: (left: number) => PushMetricExporter, { keep }: { readonly keep: boolean }) {
    this.#create = create;
    this.#keep = keep;
  }

  /**
   * Sends one batch after the other, until one fails.
   * @param end deadline, by performance.now()
   * @returns the number of sent batches
   * @throws (rejects) with the first failure
   */
  async send(batches: Iterable<ResourceMetrics>, end: number): Promise<number> {
    // An abandoned export must not send its older values after this one's.
    if (!this.#keep && this.#exporter !== undefined) this.#drop(this.#exporter);
    const exporter = (this.#exporter ??= this.#create(end - performance.now()));
    let sent = 0;
    try {
      for (const batch of batches) {
        await within(end - performance.now(), sendOne(exporter, batch));
        sent += 1;
      }
      if (!this.#keep) this.#drop(exporter);
      return sent;
    } catch (error) {
      this.#drop(exporter);
      throw error;
    }
  }

  #drop(exporter: PushMetricExporter): void {
    if (this.#exporter === exporter) this.#exporter = undefined;
    release(exporter);
  }

  /** Does not wait for a running request. */
  close(): void {
    if (this.#exporter !== undefined) release(this.#exporter);
    this.#exporter = undefined;
  }
}

// The exporter waits for its last request (at most its time-out), then closes the channel.
function release(exporter: PushMetricExporter): void {
  exporter.shutdown().catch(() => {});
}

function sendOne(exporter: PushMetricExporter, batch: ResourceMetrics): Promise<void> {
  return new Promise((resolve, reject) => {
    exporter.export(batch, ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) resolve();
      else reject(error ?? new Error('the exporter gives no reason'));
    });
  });
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer()), Math.max(0, milliseconds));
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
