import type { Agent } from '../../agent/index.ts';
import { changes, type Settings } from '../../config/index.ts';
import type { Logger } from '../../internal/log/log.ts';
import { failureFields } from '../failure.ts';

export interface ReloadOptions {
  /** The settings in force. */
  readonly settings: Settings;
  /** Reads and checks all settings again, given those in force. @throws (rejects) if they are invalid. */
  readonly load: (current: Settings) => Promise<Settings>;
  readonly log: Logger;
}

/**
 * Reloads the settings on request and passes those that can change to the running
 * agent. A request during a reload causes one more; a request before the agent has
 * started waits for it. Never throws: it logs errors, and the old settings stay.
 */
export function reloader({ settings, load, log }: ReloadOptions) {
  let current = settings;
  let agent: Pick<Agent, 'reload'> | undefined;
  let asked = false;
  let busy = false;

  const reload = async (): Promise<void> => {
    try {
      const next = changes(current, await load(current));
      if (agent === undefined) return; // It has stopped meanwhile.
      agent.reload(next.settings);
      current = next.settings;
      log.info({ changed: next.changed }, 'settings reloaded');
      if (next.restart.length > 0) log.warn({ settings: next.restart }, 'changed settings need a restart; the old values stay');
    } catch (error) {
      const { message, ...fields } = failureFields(log, error);
      log.error({ ...fields, error: message }, 'settings cannot be reloaded; the old ones stay');
    }
  };
  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (asked && agent !== undefined) {
      asked = false;
      await reload();
    }
    busy = false;
  };
  return {
    ask(): void {
      asked = true;
      void work();
    },
    /** Sets the running agent; undefined: it is stopping, so ignore further reloads. */
    agentIs(running: Pick<Agent, 'reload'> | undefined): void {
      agent = running;
      void work();
    },
  };
}
