import type { startAgent } from '../../agent/index.ts';
import { oneLine } from '../../internal/errors.ts';
import { commit, version } from '../../internal/version.ts';
import { EXIT, exitCodeOf, logFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { type ReloadOptions, reloader } from './reload.ts';

export type StartAgent = typeof startAgent;

// A terminal sends Ctrl-C to the whole process group, and a parent such as npm forwards it, so one Ctrl-C can arrive twice.
const SAME_WISH_MS = 1000;

export interface RunOptions extends ReloadOptions {
  readonly host: Pick<Host, 'events' | 'takeOverSignals' | 'now' | 'exit' | 'hungUp' | 'loadAgent'>;
}

/**
 * `connwatch run`: starts the agent and stops it at SIGINT or SIGTERM (exit
 * code 0) or when it fails (1). A signal during the start takes effect when the
 * start is complete, so that nothing stays half open. A second one, more than a
 * second later, ends the process at once (1). SIGHUP reads the settings again,
 * or stops like SIGTERM if the terminal has closed.
 */
export async function run(options: RunOptions): Promise<number> {
  const { settings, log, host } = options;
  const fail = (error: unknown): number => {
    logFailure(log, error);
    return exitCodeOf(error);
  };

  let first: number | undefined;
  let resolveSignal!: () => void;
  const signalled = new Promise<void>((resolve) => (resolveSignal = resolve));
  const onSignal = (signal: string) => {
    if (first === undefined) {
      first = host.now();
      log.info({ signal }, 'stopping');
      resolveSignal();
    } else if (host.now() - first > SAME_WISH_MS) {
      log.error({ signal }, 'ended by a second signal before the stop was complete');
      host.exit(EXIT.failed);
    }
  };
  // The state of the program is unknown, so end at once; the kernel releases the BPF programs.
  const onUncaught = (error: unknown) => {
    fail(error);
    host.exit(EXIT.failed);
  };
  const reload = reloader({ settings, load: options.load, log });
  const onHangUp = (signal: string) => (host.hungUp() ? onSignal(signal) : reload.ask());
  const onWarning = ({ name, message }: Error) => log.debug({ warning: name, reason: oneLine(message) }, 'warning of Node.js');
  const listeners = { SIGINT: onSignal, SIGTERM: onSignal, SIGHUP: onHangUp, warning: onWarning, uncaughtException: onUncaught, unhandledRejection: onUncaught };
  for (const [event, listener] of Object.entries(listeners)) host.events.on(event, listener);
  if (host.takeOverSignals()) reload.ask();

  try {
    log.info({ version, commit, node: process.versions.node }, 'starting');
    const { startAgent } = await host.loadAgent(settings);
    const agent = await startAgent(settings, log);
    reload.agentIs(agent);
    const failure = await Promise.race([signalled, agent.failed]);
    const code = failure === undefined ? EXIT.fine : fail(failure);
    reload.agentIs(undefined);
    await agent.stop();
    if (code === EXIT.fine) log.info('stopped');
    return code;
  } catch (error) {
    return fail(error);
  } finally {
    for (const [event, listener] of Object.entries(listeners)) host.events.off(event, listener);
  }
}
