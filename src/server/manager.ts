import { Closer } from '../internal/closer.ts';
import { ConnwatchError } from '../internal/errors.ts';
import { type Config, type Handler, type ServerName, defaultConfig } from './config.ts';
import { LimitedServer } from './limited/server.ts';
import { landingPage } from './landing.ts';
import { type BoundAddress, listen } from './listen.ts';
import { pageHandler, router } from './router.ts';

export interface Started {
  readonly metrics: BoundAddress;
  readonly health: BoundAddress;
}

/**
 * The two HTTP servers, for metrics and for health probes. It knows no metric: the configuration has
 * the handlers of the metrics server.
 *
 * Each instance starts once. start() and the ways to close may be called in any
 * order and concurrently.
 */
export class Manager {
  readonly #config: Config;
  readonly #closer = new Closer();
  #servers: LimitedServer[] = [];
  #starting = false;

  constructor(config: Partial<Config> & Pick<Config, 'healthCheck'>) {
    this.#config = { ...defaultConfig(), ...config };
  }

  /**
   * Binds both servers, or none.
   * @throws (rejects) ConnwatchError: CW_PORT_IN_USE, CW_ADDRESS, CW_PERMISSION,
   * CW_CONFIG (not an address), CW_SERVER, or CW_USAGE when it was started or closed before.
   */
  async start(): Promise<Started> {
    if (this.#starting || this.#closer.closed) throw new ConnwatchError('the servers can be started only once', { code: 'CW_USAGE' });
    const { metricsAddr, healthAddr } = this.#config;
    const probes = this.#probes();
    const pages = new Map(Object.entries(this.#config.metricsRoutes));
    this.#starting = true;
    try {
      const metricsServer = await this.#create('metrics', pages);
      const healthServer = await this.#create('health', probes);
      this.#servers = [metricsServer, healthServer];
      const metrics = await this.#open(metricsServer, 'metrics', metricsAddr);
      const health = await this.#open(healthServer, 'health', healthAddr);
      if (!pages.has('/')) {
        // Not the parts of pages, such as /ui/app.js.
        const [paths, healthPaths] = [[...pages.keys()].filter((path) => path.lastIndexOf('/') === 0), [...probes.keys()]];
        pages.set('/', pageHandler(() => landingPage({ paths, health: { text: health.text, paths: healthPaths }, status: this.#config.status() })));
      }
      if (this.#closer.closed) throw new ConnwatchError('the servers were closed while they started', { code: 'CW_USAGE' });
      return { metrics, health };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Accepts no more requests, finishes the running ones within `shutdownTimeout`, then cuts the connections that are
   * left. The probes answer until the metrics server is done, so that they report not ready instead of failing.
   * @param timeout milliseconds, in place of the configured `shutdownTimeout`
   */
  async shutdownGracefully(timeout = this.#config.shutdownTimeout): Promise<void> {
    const deadline = performance.now() + timeout;
    for (const server of this.#servers) await server.drain(Math.max(0, deadline - performance.now()));
    await this.close();
  }

  /** Cuts every connection. Idempotent. */
  close(): Promise<void> {
    return this.#closer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(server: LimitedServer, name: ServerName, addr: string): Promise<BoundAddress> {
    const bound = await listen(server.server, name, addr);
    server.server.on('error', (error) => this.#config.onError(name, error));
    // Runs at once when close() came while the server was binding.
    await this.#closer.add(() => server.drain(0));
    return bound;
  }

  async #create(name: ServerName, routes: ReadonlyMap<string, Handler>): Promise<LimitedServer> {
    const onError = (error: Error) => this.#config.onError(name, error);
    const options = { listener: router(routes, onError), limits: this.#config.limits };
    const protection = this.#config.protection[name];
    if (protection === undefined) return new LimitedServer(options);
    const { createGuard, secureServer } = await import('./protected/index.ts');
    return new LimitedServer({ ...options, guard: createGuard(protection, onError), secure: secureServer(protection) });
  }

  #probes(): Map<string, Handler> {
    const { livenessHandler, readinessHandler, healthHandler } = this.#config.healthCheck;
    return new Map([
      ['/liveness', livenessHandler],
      ['/readiness', readinessHandler],
      ['/health', healthHandler],
    ]);
  }
}
