import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Checker } from '../health/index.ts';
import type { LandingStatus } from './landing.ts';
import { DEFAULT_LIMITS, type Limits } from './limited/limits.ts';
import type { Protection } from './protected/protection.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export type ServerName = 'metrics' | 'health';

export interface Config {
  /** Where metrics are served: host:port, port 0 takes a free one, no host is every interface. @default ':9090' */
  readonly metricsAddr: string;
  /** Where the probes are served, in the same form. @default ':8080' */
  readonly healthAddr: string;
  /** Answers the probes. */
  readonly healthCheck: Pick<Checker, 'livenessHandler' | 'readinessHandler' | 'healthHandler'>;
  /** Path (`/metrics`) to handler. `/` is a page with links to these unless it is given. @default none */
  readonly metricsRoutes: Readonly<Record<string, Handler>>;
  /** What the page at `/` says of the agent; asked at each request. @default nothing */
  readonly status: () => LandingStatus | undefined;
  /**
   * TLS, users and headers of a server. The function is called at each connection and request, so what it returns
   * can change. @default none: plain HTTP for everyone
   */
  readonly protection: Readonly<Partial<Record<ServerName, () => Protection>>>;
  /** What clients of each server may take. */
  readonly limits: Limits;
  /** Milliseconds that running requests may take after shutdownGracefully(). @default 10000 */
  readonly shutdownTimeout: number;
  /** A server failed after its start, or a handler threw. The servers go on. @default does nothing */
  readonly onError: (server: ServerName, error: Error) => void;
}

/** Everything but healthCheck, which has no default. */
export function defaultConfig(): Omit<Config, 'healthCheck'> {
  return {
    metricsAddr: ':9090',
    healthAddr: ':8080',
    metricsRoutes: {},
    status: () => undefined,
    protection: {},
    limits: DEFAULT_LIMITS,
    shutdownTimeout: 10_000,
    onError: () => {},
  };
}
