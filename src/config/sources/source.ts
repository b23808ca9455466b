import { didYouMean } from '../nearest.ts';
import { ENTRIES, type SettingKey } from '../table.ts';

export type SourceName = 'flag' | 'environment' | 'file' | 'default';

/** A value from a source, as text, with its exact place. */
export interface Given {
  readonly source: SourceName;
  readonly text: string;
  /** `--interval`, `CONNWATCH_INTERVAL`, `interval (config.yaml line 3)`. */
  readonly label: string;
}

/** The values of one source. Problems are sentences without a full stop. */
export interface Source {
  readonly given: ReadonlyMap<SettingKey, Given>;
  readonly problems: readonly string[];
}

/** The setting with this flag name or file key. */
export function keyByName(name: string): SettingKey | undefined {
  return ENTRIES.find(([, setting]) => setting.name === name)?.[0];
}

const names = () => ENTRIES.map(([, setting]) => setting.name);

/** `; did you mean interval?` for an unknown key, or nothing. */
export function suggestKey(name: string): string {
  return didYouMean(name, names());
}

/** `; did you mean --interval?` for an unknown flag, or nothing. */
export function suggestFlag(flag: string): string {
  return didYouMean(flag, [...names(), 'help', 'version'].map((name) => `--${name}`));
}
