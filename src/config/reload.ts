import { isDeepStrictEqual } from 'node:util';
import { ENTRIES, type SettingKey, type Settings } from './table.ts';

/** The result of a reload while the agent runs. */
export interface Changes {
  /** In force from now on: new values of live settings, old values of the others. */
  readonly settings: Settings;
  /** Names (`log-level`) of changed live settings. */
  readonly changed: readonly string[];
  /** Names of changed settings that need a restart. */
  readonly restart: readonly string[];
}

/** Pure. Returns names only, since values may be secret. */
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
