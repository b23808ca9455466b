import { millisToHrTime } from '@opentelemetry/core';
import { Collector, registerSelf } from '../metrics/index.ts';
import { Exposition } from './prometheus/exposition.ts';
import { TEXT } from './prometheus/format.ts';
import { OPENMETRICS } from './prometheus/openmetrics.ts';
import type { Page } from './prometheus/page.ts';
import { scrapeHandler } from './prometheus/scrape.ts';
import type { Written } from './prometheus/written.ts';
import { createProvider, resourceOf } from './provider.ts';
import type { Metrics, MetricsOptions } from './types.ts';

/** Wires the metrics half of the agent: snapshots in, the page `/metrics` (and what pushes) out. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { self, hostName, instanceId, readers } = options;
  const collector = new Collector(options);
  const producer = collector.producer('pull');
  const { elapsed } = collector.config;
  const provider = createProvider({
    resource: resourceOf({
      version: self.version,
      hostName,
      instanceId,
      fromEnvironment: options.resourceFromEnvironment,
    }),
    producer,
    readers: readers?.(collector),
  });
  const selfMetrics = registerSelf(provider.meter, collector, self);
  const started = millisToHrTime(self.startTime * 1000);
  const formats = [new Exposition(OPENMETRICS, started), new Exposition(TEXT)];
  const collect = async (): Promise<Page<Exposition>> => {
    const start = elapsed();
    const { resourceMetrics, errors } = await provider.collect();
    const collected = elapsed();
    const write = async (format: Exposition): Promise<Written> => {
      const before = elapsed();
      const written = await format.write(resourceMetrics);
      // The duration of a page is on the next one.
      selfMetrics.recordCollection((collected - start + elapsed() - before) / 1000);
      return written;
    };
    return { time: producer.time, errors, write };
  };
  const zeroStart = (): boolean => collector.config.newSeriesAtZero;
  let closing: Promise<void> | undefined;
  // The collector first: what a reader that pushes sends last is then the whole truth.
  const close = (): Promise<void> => (closing ??= collector.close().then(() => provider.close()));
  return {
    collector,
    routes: { '/metrics': scrapeHandler({ formats, collect, zeroStart, onResult: options.onCollect, onWriting: options.onWriting }) },
    close,
    [Symbol.asyncDispose]: close,
  };
}
