import { existsSync } from 'node:fs';
import type { Resolution } from './resolve.ts';
import { ENTRIES, type Setting, type Settings } from './table.ts';

/** Replaces the value of a secret setting. */
export const HIDDEN = '<hidden>';
const NO_FILE = '<not shown: the file does not exist>';

/** The settings in force as a YAML file that --config accepts, each with its source as a comment. */
export async function printSettings({ settings, origins }: Resolution): Promise<string> {
  const { Document, Pair, Scalar, YAMLMap } = await import('./sources/yaml.ts');
  const map = new YAMLMap();
  for (const [key, setting] of ENTRIES) {
    // A setting without a value is not valid in a file.
    if (setting.notInFile || settings[key] === undefined) continue;
    const value = new Scalar(shown(setting, settings[key]));
    value.comment = ` ${origins[key].label}`;
    map.items.push(new Pair(setting.name, value));
  }
  const document = new Document(map);
  document.commentBefore = header(settings);
  return document.toString({ lineWidth: 0 });
}

function shown(setting: Setting<unknown>, value: unknown): string | number | boolean {
  if (setting.secret) return HIDDEN;
  const text = setting.kind.format(value);
  return setting.secretFile && !existsSync(text) ? NO_FILE : plain(text);
}

function header(settings: Settings): string {
  const file = settings.config === undefined ? 'No file is in use.' : `The file in use: ${settings.config}`;
  return ` The settings in force and the source of each.\n ${file}`;
}

/** Numbers and booleans are written without quotes. */
export function plain(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}
