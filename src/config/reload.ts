import { isDeepStrictEqual } from 'node:util';
import { ENTRIES, type SettingKey, type Settings } from './table.ts';

/** What becomes of settings that were read again while the agent runs. */
export interface Changes {
  /** In force from now on: the new values of what is live, the old ones of the rest. */
  readonly settings: Settings;
  /** Names (`log-level`) of what changed and is live. */
  readonly changed: readonly string[];
  /** Names of what changed and needs a restart. */
  readonly restart: readonly string[];
}

/** Pure: neither argument is changed. Names only, since values may be secret. */
export function changes(before: Settings, after: Settings): Changes {
  const different = ENTRIES.filter(([key]) => !isDeepStrictEqual(before[key], after[key]));
  const live = different.filter(([, setting]) => setting.live);
  const values: Partial<Record<SettingKey, unknown>> = Object.fromEntries(live.map(([key]) => [key, after[key]]));
  return {
    settings: { ...before, ...values } as Settings,
    changed: live.map(([, { name }]) => name),
    restart: different.filter(([, setting]) => !setting.live).map(([, { name }]) => name),
  };
}
