import { printSettings, type Resolution } from '../config/index.ts';
import { EXIT } from './failure.ts';
import type { Host } from './host.ts';

/** `connwatch config`: the settings in force as YAML. */
export async function printConfig(host: Pick<Host, 'stdout'>, resolution: Resolution): Promise<number> {
  host.stdout(await printSettings(resolution));
  return EXIT.fine;
}
