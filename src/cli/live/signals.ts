import type { Host } from '../host.ts';

/** Calls `stop` at Ctrl-C, SIGTERM and SIGHUP, from now until it is disposed of. */
export function stopSignals(host: Pick<Host, 'events' | 'takeOverSignals'>, stop: () => void): Disposable {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) host.events.on(signal, stop);
  host.takeOverSignals();
  return {
    [Symbol.dispose]() {
      for (const signal of signals) host.events.off(signal, stop);
    },
  };
}
