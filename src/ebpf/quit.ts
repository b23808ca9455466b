import { loadBinding } from './binding.ts';

/** Ends the process without waiting for its threads (_exit(2)). Returns where there is no addon. */
export function quit(code: number): void {
  try {
    loadBinding().quit(code);
  } catch {
    // The process ends anyway.
  }
}
