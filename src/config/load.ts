import { type Resolution, resolve } from './resolve.ts';
import { readEnvironment } from './sources/environment.ts';
import { readFileSource } from './sources/file.ts';
import type { Source } from './sources/source.ts';
import type { Context } from './table.ts';

export interface LoadOptions extends Context {
  readonly flags: Source;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings in force: flags override the environment, which overrides the file of
 * `--config` or CONNWATCH_CONFIG. It can be called again with the same options; then
 * it reads the file again.
 * @throws (rejects) ConnwatchError: CW_CONFIG_FILE, CW_CONFIG.
 */
export async function loadSettings(options: LoadOptions): Promise<Resolution> {
  const environment = readEnvironment(options.environment);
  const sources: Source[] = [options.flags, environment];
  const path = (options.flags.given.get('config') ?? environment.given.get('config'))?.text;
  if (path) sources.push(await readFileSource(path));
  return resolve(sources, options);
}
