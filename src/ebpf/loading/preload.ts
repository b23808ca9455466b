import { loadBinding } from '../binding.ts';
import { type Config, defaultConfig } from '../config.ts';
import { objectFile } from './object-file.ts';

/**
 * Begins to load the programs, in a thread: for a Manager of the same settings, whose
 * start() waits for it and says what went wrong. Nothing is attached.
 */
export function preload(config: Partial<Config>): void {
  const { objectPath, ringSize, connSlots, syncFailures } = { ...defaultConfig(), ...config };
  try {
    loadBinding().preload({ path: objectFile(objectPath), ringSize, connSlots, syncFailures });
  } catch {
    // start() meets the same.
  }
}
