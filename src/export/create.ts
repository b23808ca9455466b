import { Collector, registerSelf } from '../metrics/index.ts';
import { Exposition } from './prometheus/exposition.ts';
import { type Page, scrapeHandler } from './prometheus/scrape.ts';
import { createProvider, resourceOf } from './provider.ts';
import type { Metrics, MetricsOptions } from './types.ts';

/** Wires the metrics half of the agent: snapshots in, the page `/metrics` (and what pushes) out. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { self, hostName, instanceId, readers, elapsed = () => performance.now() } = options;
  const collector = new Collector(options);
  const provider = createProvider({
    resource: resourceOf({
      version: self.version,
      hostName,
      instanceId,
      fromEnvironment: options.resourceFromEnvironment,
    }),
    producer: collector.producer('pull'),
    readers: readers?.(collector),
  });
  const selfMetrics = registerSelf(provider.meter, collector, self);
  const exposition = new Exposition();
  const collect = async (): Promise<Page> => {
    const start = elapsed();
    const { resourceMetrics, errors } = await provider.collect();
    const body = exposition.write(resourceMetrics);
    // The duration of a page is on the next one.
    selfMetrics.recordCollection((elapsed() - start) / 1000);
    return { body, errors };
  };
  let closing: Promise<void> | undefined;
  // The collector first: what a reader that pushes sends last is then the whole truth.
  const close = (): Promise<void> => (closing ??= collector.close().then(() => provider.close()));
  return {
    collector,
    routes: { '/metrics': scrapeHandler({ collect, onResult: options.onCollect }) },
    close,
    [Symbol.asyncDispose]: close,
  };
}
