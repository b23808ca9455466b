import { BehaviorSubject, distinctUntilChanged, Subject, tap } from 'rxjs';
import { pushSettings, type Settings } from '../config/index.ts';
import { libbpfVersion, ownNetns, Manager as EbpfManager } from '../ebpf/index.ts';
import { createMetrics, type Metrics } from '../export/index.ts';
import { createFeed, type Feed } from '../feed/index.ts';
import { Checker, CollectionWatch } from '../health/index.ts';
import { Closer } from '../internal/closer.ts';
import { asError, codeFor, oneLine } from '../internal/errors.ts';
import type { Logger } from '../internal/log/log.ts';
import { commit, version } from '../internal/version.ts';
import { clientRanges, selfSources } from '../metrics/index.ts';
import { Manager as ServerManager } from '../server/index.ts';
import { type Snapshot, windows } from '../stream/index.ts';
import { wantsClients } from '../words/families.ts';
import { logAttached } from './attached.ts';
import { createDrift } from './drift.ts';
import { FailureRecords } from './failures.ts';
import { meetAtOnce, openKubernetes, openNames } from './kubernetes.ts';
import { Calm } from './calm.ts';
import { openLive } from './live.ts';
import { giveUpPrivileges } from './privileges.ts';
import { pageUrl } from './page-url.ts';
import { DRAIN_PATIENCE_MS, Patience } from './patience.ts';
import { pushHeaders } from './push/headers.ts';
import { openLogPush } from './push/logs.ts';
import { openPush } from './push/push.ts';
import { logUnresolved } from './push/unresolved.ts';
import { watchDrain } from './watchdog.ts';
import { openWebConfig } from './web-config.ts';

/** A running agent. */
export interface Agent {
  /** Sets not ready, finishes running requests, releases BPF, closes. Idempotent. */
  stop(): Promise<void>;
  /**
   * Applies the settings that can change while the agent runs: log level, interval, series limit, new series at
   * zero, failure records, shutdown timeout. No count is lost.
   * @throws ConnwatchError CW_USAGE, and changes nothing
   */
  reload(settings: Settings): void;
  /** Resolves with the error if the agent cannot go on. The caller must still stop it. */
  readonly failed: Promise<Error>;
}

/**
 * Builds, connects and starts the parts, in the order of the data path. If a step fails, it closes
 * what it has opened, in reverse order.
 * @throws (rejects) ConnwatchError: a port, the addon, BTF, privileges, the kernel's refusal
 */
export async function startAgent(settings: Settings, log: Logger): Promise<Agent> {
  const closer = new Closer();
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => (fail = resolve));
  const checker = new Checker({ onChange: ({ ready, alive }) => log.debug({ ready, alive }, 'health changed') });
  const watch = new CollectionWatch(checker);
  const kubernetes = await openKubernetes(settings, log);
  const names = await openNames(settings, kubernetes, log);
  await closer.add(() => names?.close());
  const protection = await openWebConfig(settings.webConfigFile, log);

  const pushed = pushSettings(settings, process.env);
  const exponential = pushed.metrics?.exponentialHistograms ?? false;

  // From the kernel to batches and snapshots.
  const ebpf = new EbpfManager({
    objectPath: settings.bpfObject,
    ringSize: settings.ringSize,
    seriesLimit: settings.seriesLimit,
    attach: settings.attach,
    syncFailures: settings.syncFailures,
    patience: DRAIN_PATIENCE_MS,
    immediate: false,
    exponential,
    ...(wantsClients(settings.attributes ?? {}) && { clientRanges: clientRanges(settings.peerNames ?? new Map()) }),
    ...(names !== undefined && { onCgroup: meetAtOnce(names) }),
    onError: (error) => fail(asError(error)),
  });
  const drift = createDrift(log);
  const drain = watchDrain(settings.interval, watch, log);
  const interval = new BehaviorSubject(settings.interval);
  const calm = new Calm();
  const patience = new Patience((ms) => ebpf.setPatience(ms));
  const looked = new Subject<Snapshot>();
  const snapshots = ebpf.batches.pipe(
    windows({
      interval: interval.pipe(distinctUntilChanged()),
      requestCut: () => {
        drift?.before();
        ebpf.requestCut();
      },
    }),
    // First, because the collector gives back keys.
    tap((snapshot) => looked.next(snapshot)),
  );

  // From snapshots to metrics, scrapes and a collector.
  let stopBy = Infinity;
  const timeLeft = () => stopBy - performance.now();
  const headers = pushHeaders(pushed, log);
  const push = await openPush({ settings: pushed.metrics, headers, otlp: settings.otlp, environment: process.env, log, timeLeft });
  await closer.add(() => push.close());
  const logPush = await openLogPush(pushed.logs, headers, log, timeLeft);
  await closer.add(() => logPush.close());
  const failures = new FailureRecords({ rate: settings.failureRecords, keys: ebpf, names, pid: process.pid, log, push: logPush.push });
  ebpf.setFailures(settings.failureRecords);
  const recording = ebpf.batches.subscribe((batch) => failures.add(batch));
  await closer.add(() => recording.unsubscribe());
  let loaded = false;
  const self = selfSources({
    version,
    commit,
    libbpf: libbpfVersion(),
    // A scrape may come before the programs are loaded, and the last export comes after they are released.
    stats: () => (loaded ? ebpf.stats() : undefined),
    exportFailures: () => ({ ...push.failures(), ...logPush.failures() }),
    failureRecords: () => failures.counts,
    nameRequests: () => kubernetes?.requests,
  });
  const metrics: Metrics = createMetrics({
    snapshots,
    keys: ebpf,
    interval: settings.interval,
    seriesLimit: settings.seriesLimit,
    newSeriesAtZero: settings.newSeriesAtZero,
    exponential,
    attributes: settings.attributes ?? {},
    peerNames: settings.peerNames ?? new Map(),
    names,
    peers: kubernetes?.peers,
    filters: { include: settings.include, exclude: settings.exclude, ownNetns: ownNetns() },
    drift,
    self,
    readers: push.readers,
    onSnapshot: ({ rows }) => {
      calm.window(rows, patience.isWriting);
      drain.alive();
      watch.collectionSucceeded();
      feed.update();
    },
    onUnresolved: logUnresolved(log),
    onError: (error) => {
      log.error({ code: codeFor(error, 'CW_WINDOW'), error: oneLine(error) }, 'a window could not be collected');
      watch.collectionFailed();
    },
    onWriting: patience.writing,
    onCollect: (error) => {
      if (error !== undefined) log.error({ code: codeFor(error, 'CW_PAGE'), error: oneLine(error) }, 'metrics of a scrape could not be collected');
    },
  });
  const feed: Feed = createFeed({ access: settings.ui, collector: metrics.collector, self }, (error) =>
    log.error({ code: codeFor(error, 'CW_PAGE'), error: oneLine(error) }, 'the page at /ui could not be updated'),
  );
  const servers = new ServerManager({
    metricsAddr: settings.metricsAddr,
    healthAddr: settings.healthAddr,
    healthCheck: checker,
    metricsRoutes: { ...metrics.routes, ...feed.routes },
    status: () => ({ version: `${version} (${commit})`, ready: checker.isReady(), probes: loaded ? ebpf.stats().probes : [] }),
    protection: protection === undefined ? {} : { metrics: protection, ...(settings.webConfigHealth && { health: protection }) },
    shutdownTimeout: settings.shutdownTimeout,
    onError: (server, error) => log.error({ server, code: codeFor(error, 'CW_SERVER'), error: oneLine(error) }, 'a server failed'),
  });

  let page: string;
  try {
    // Bind the ports first: an agent that cannot be scraped must not load anything.
    await closer.add(() => self.close());
    const addresses = await servers.start();
    page = pageUrl(addresses.metrics, protection?.().tls !== undefined);
    await closer.add(() => servers.shutdownGracefully());
    log.info({ server: 'metrics', address: addresses.metrics.text }, 'serving metrics');
    log.info({ server: 'health', address: addresses.health.text }, 'serving health');
    kubernetes?.start();
    await closer.add(() => kubernetes?.close());
    metrics.collector.start();
    await closer.add(() => metrics.close());
    try {
      ebpf.start();
    } catch (error) {
      // Loaded only if needed.
      const { explain, systemFacts } = await import('../doctor/index.ts');
      throw explain(error, () => systemFacts(settings));
    }
    loaded = true;
    await closer.add(() => {
      loaded = false;
      return ebpf.close();
    });
    drain.start();
    await closer.add(() => drain.stop());
    const live = await openLive(settings.socket, { ebpf, snapshots: looked, names }, log);
    await closer.add(() => live.close());
  } catch (error) {
    await closer.close();
    throw error;
  }
  for (const probe of ebpf.stats().probes)
    log[probe.attached ? 'debug' : 'warn']({ ...probe }, probe.attached ? 'probe attached' : 'probe missing');
  const attached = ebpf.attached();
  logAttached(attached, log);
  giveUpPrivileges(log);
  checker.setReady(true);
  if (settings.logFormat === 'pretty') log.info(`ready: open ${page}`);
  else log.info({ interval: settings.interval, attach: attached.rung, open: page }, 'ready');

  let { shutdownTimeout } = settings;
  let stopping: Promise<void> | undefined;
  return {
    failed,
    stop() {
      checker.setReady(false);
      stopBy = Math.min(stopBy, performance.now() + shutdownTimeout);
      // Otherwise the servers would wait for the pages that are open.
      feed.close();
      stopping ??= servers.shutdownGracefully(shutdownTimeout).finally(() => closer.close());
      return stopping;
    },
    reload(next) {
      const { seriesLimit, newSeriesAtZero } = next;
      // First, because only this step can fail.
      metrics.collector.reconfigure({ interval: next.interval, seriesLimit, newSeriesAtZero });
      ebpf.setSeriesLimit(seriesLimit);
      interval.next(next.interval);
      drain.setInterval(next.interval);
      failures.rate = next.failureRecords;
      ebpf.setFailures(next.failureRecords);
      shutdownTimeout = next.shutdownTimeout;
      protection?.();
      log.level = next.logLevel;
    },
  };
}
