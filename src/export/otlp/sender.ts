import { ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** What is said when a collector does not answer in time. */
export class NoAnswer extends Error {
  constructor() {
    super('no answer in time');
  }
}

/**
 * Sends batches through an exporter, and takes a new one after a failure: a new
 * exporter is a new gRPC channel. The old one would wait longer and longer, up
 * to 120 s, before it connects again, and nothing can tell it not to
 * (opentelemetry-js #4024). Files with headers and certificates are read anew for it.
 */
export class Sender {
  readonly #create: () => PushMetricExporter;
  #exporter: PushMetricExporter | undefined;

  constructor(create: () => PushMetricExporter) {
    this.#create = create;
  }

  /**
   * One batch after the other, until one fails.
   * @param end when all must be over, by performance.now()
   * @returns how many were sent
   * @throws (rejects) why the first one failed
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

  /** Does not wait for a request that is still under way. */
  close(): void {
    if (this.#exporter !== undefined) release(this.#exporter);
    this.#exporter = undefined;
  }
}

// The exporter waits for its last request, which its own time-out bounds, then closes the channel.
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
