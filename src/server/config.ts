import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Checker } from '../health/index.ts';
import type { LandingStatus } from './landing.ts';
import { DEFAULT_LIMITS, type Limits } from './limited/limits.ts';
import type { Protection } from './protected/protection.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export type ServerName = 'metrics' | 'health';

export interface Config {
  /** Address of the metrics server, host:port. Port 0 takes a free one; without a host it listens on every interface. @default ':9090' */
  readonly metricsAddr: string;
  /** Address of the health server, in the same form. @default ':8080' */
  readonly healthAddr: string;
  /** Answers the probes. */
  readonly healthCheck: Pick<Checker, 'livenessHandler' | 'readinessHandler' | 'healthHandler'>;
  /** Handlers by path, such as `/metrics`. Without one for `/`, that path serves a page with links. @default none */
  readonly metricsRoutes: Readonly<Record<string, Handler>>;
  /** The agent's status for the page at `/`. Called for each request. @default nothing */
  readonly status: () => LandingStatus | undefined;
  /**
   * TLS, users and headers of a server. The function is called for each connection and request, so its result may
   * change. @default none: plain HTTP for everyone
   */
  readonly protection: Readonly<Partial<Record<ServerName, () => Protection>>>;
  /** What clients of each server may use. */
  readonly limits: Limits;
  /** Milliseconds that running requests may take after shutdownGracefully(). @default 10000 */
  readonly shutdownTimeout: number;
  /** Called if a server fails after its start or a handler throws. The servers go on. @default does nothing */
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
