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
  readonly #create: () => PushMetricExporter;
  #exporter: PushMetricExporter | undefined;

  constructor(create: () => PushMetricExporter) {
    this.#create = create;
  }

  /**
   * Sends one batch after the other, until one fails.
   * @param end deadline, by performance.now()
   * @returns the number of sent batches
   * @throws (rejects) with the first failure
   */
  async send(batches: Iterable<ResourceMetrics>, end: number): Promise<number> {
    const exporter = (this.#exporter ??= this.#create());
    let sent = 0;
    try {
      for (const batch of batches) {
        await within(end - performance.now(), sendOne(exporter, batch));
        sent += 1;
      }
      return sent;
    } catch (error) {
      if (this.#exporter === exporter) this.#exporter = undefined;
      release(exporter);
      throw error;
    }
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
