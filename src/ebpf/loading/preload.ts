import { loadBinding } from '../binding.ts';
import { type Config, defaultConfig } from '../config.ts';
import { firstObject } from './rungs.ts';

/**
 * Starts to load the programs in a thread, for a Manager with the same settings. Its
 * start() waits for the thread and reports errors. Nothing is attached.
 */
export function preload(config: Partial<Config>): void {
  const { attach, objectPath, ringSize, connSlots, syncFailures } = { ...defaultConfig(), ...config };
  try {
    loadBinding().preload({ path: firstObject(attach, objectPath), ringSize, connSlots, syncFailures });
  } catch {
    // start() gets the same error.
  }
}
