import { type Command, Option } from 'commander';
import { ENTRIES, type Setting, type SettingKey } from '../table.ts';
import type { Given, Source } from './source.ts';

/** Adds a flag for each setting to a command, with group and description for --help. */
export function addFlags(command: Command): void {
  for (const [, setting] of ENTRIES) {
    const option = new Option(`--${setting.name} ${setting.kind.placeholder}`, describe(setting))
      // Keep all values, so that a flag given twice can be refused.
      .argParser<string[]>((value, before) => [...(before ?? []), value])
      .helpGroup(`${setting.group}:`);
    if (option.optional) option.preset('true');
    command.addOption(option);
  }
}

function describe(setting: Setting<unknown>): string {
  const fallback = setting.defaultNote ?? String(setting.default);
  return `${setting.description}\nDefault: ${fallback}. Example: ${setting.example}.`;
}

/** The flags given on the command line that `command` has parsed. */
export function readFlags(command: Command): Source {
  const given = new Map<SettingKey, Given>();
  const problems: string[] = [];
  for (const [key, setting] of ENTRIES) {
    const values = command.getOptionValue(key) as string[] | undefined;
    const [text] = values ?? [];
    if (values === undefined || text === undefined) continue;
    const label = `--${setting.name}`;
    if (values.length > 1) problems.push(`${label} is given ${values.length} times`);
    else given.set(key, { source: 'flag', text, label });
  }
  return { given, problems };
}
