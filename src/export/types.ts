import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Collector, Config, Defaults, SelfSources } from '../metrics/index.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Config of the collector plus what the pages need. */
export interface MetricsOptions extends Pick<Config, 'snapshots' | 'keys'>, Partial<Defaults> {
  readonly self: SelfSources;
  /** Resource attribute host.name. @default os.hostname() */
  readonly hostName?: string;
  /** Resource attribute service.instance.id. @default the host name */
  readonly instanceId?: string;
  /** Environment that OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME are read from is process.env; false leaves it out. @default true */
  readonly resourceFromEnvironment?: boolean;
  /** After each collection for a page: undefined, or why it failed or is incomplete. */
  readonly onCollect?: (error: unknown) => void;
}

/** What the agent gets from `createMetrics`. */
export interface Metrics extends AsyncDisposable {
  /** Not started yet: `collector.start()` makes the one subscription. */
  readonly collector: Collector;
  /** For the metrics server, by path. */
  readonly routes: Readonly<Record<'/metrics', Handler>>;
  /** Stops the collector, then the meter provider. Idempotent. */
  close(): Promise<void>;
}
