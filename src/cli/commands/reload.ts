import type { Agent } from '../../agent/index.ts';
import { changes, type Settings } from '../../config/index.ts';
import type { Logger } from '../../internal/log/log.ts';
import { failureFields } from '../failure.ts';

export interface ReloadOptions {
  /** In force now. */
  readonly settings: Settings;
  /** Reads and checks all settings again, given those in force. @throws (rejects) what is wrong with them. */
  readonly load: (current: Settings) => Promise<Settings>;
  readonly log: Logger;
}

/**
 * Reads the settings again when asked, and gives a running agent those that can
 * change. Asked while it is at it, it does it once more; asked before the agent
 * stands, it waits for it. Never throws: what is wrong is logged, and the old
 * settings stay.
 */
export function reloader({ settings, load, log }: ReloadOptions) {
  let current = settings;
  let agent: Pick<Agent, 'reload'> | undefined;
  let asked = false;
  let busy = false;

  const reload = async (): Promise<void> => {
    try {
      const next = changes(current, await load(current));
      if (agent === undefined) return; // It stops meanwhile.
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
    /** undefined: it stops, so nothing is to be changed any more. */
    agentIs(running: Pick<Agent, 'reload'> | undefined): void {
      agent = running;
      void work();
    },
  };
}
