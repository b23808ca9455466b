import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { Collector, Config, Defaults, SelfSources } from '../metrics/index.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The collector's config, plus what the pages need. */
export interface MetricsOptions extends Pick<Config, 'snapshots' | 'keys'>, Partial<Defaults> {
  readonly self: SelfSources;
  /** Resource attribute host.name. @default os.hostname() */
  readonly hostName?: string | undefined;
  /** Resource attribute service.instance.id. @default the host name */
  readonly instanceId?: string | undefined;
  /** Let OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME add to the resource. @default true */
  readonly resourceFromEnvironment?: boolean | undefined;
  /** Readers that push; each is made with its own `collector.producer('push')`. @default none */
  readonly readers?: ((collector: Collector) => readonly IMetricReader[]) | undefined;
  /** Called when a scrape begins to be collected and written, and when no scrape is any more. @default nothing */
  readonly onWriting?: ((busy: boolean) => void) | undefined;
  /** After each collection for a page: undefined, or why it failed or is incomplete. @default nothing */
  readonly onCollect?: ((error: unknown) => void) | undefined;
}

/** What the agent gets from `createMetrics`. */
export interface Metrics extends AsyncDisposable {
  /** Not started yet: `collector.start()` makes the one subscription. */
  readonly collector: Collector;
  /** For the metrics server, by path. */
  readonly routes: Readonly<Record<'/metrics', Handler>>;
  /** Stops the collector, then the meter provider with its readers. Idempotent. */
  close(): Promise<void>;
}
