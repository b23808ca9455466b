/**
 * Signals before `run` listens to them: Node.js would end at once, with the signal
 * and not as asked. Until then nothing has been started, so there is nothing to
 * stop in order.
 */

/** Commands, and flags that are one: they end by a signal as any program does. */
const OTHERS: readonly string[] = ['config', 'doctor', 'health', 'version', 'help', '--version', '-V', '--help', '-h'];

export interface EarlyProcess {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * To be called first thing in the entry: stop signals end with 0 from now on, and SIGHUP waits.
 * @param hungUp the terminal is gone: SIGHUP stops too
 * @returns ends that, once somebody else listens; true when SIGHUP came meanwhile
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
