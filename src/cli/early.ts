/**
 * Handles signals before `run` listens to them. By default Node.js would end with the
 * signal instead of exit code 0. Nothing has been started yet, so nothing needs to be
 * stopped.
 */

/** Commands, and flags that act as commands. A signal ends these like any program. */
const OTHERS: readonly string[] = ['config', 'doctor', 'health', 'version', 'help', '--version', '-V', '--help', '-h'];

export interface EarlyProcess {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Call this first: from now on stop signals end the process with 0, and SIGHUP waits.
 * @param hungUp the terminal is gone, so SIGHUP stops too
 * @returns a function that ends this once somebody else listens; true: SIGHUP came meanwhile
 */
export function takeEarlySignals(argv: readonly string[], outside: EarlyProcess, hungUp: () => boolean): () => boolean {
  if (argv.some((argument) => OTHERS.includes(argument))) return () => false;
  let asked = false;
  const stop = (): void => outside.exit(0);
  const hangUp = (): void => (hungUp() ? stop() : void (asked = true));
  const listeners = { SIGINT: stop, SIGTERM: stop, SIGHUP: hangUp };
  for (const [event, listener] of Object.entries(listeners)) outside.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) outside.off(event, listener);
    return asked;
  };
}
