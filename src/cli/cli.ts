import { printVersion } from './commands/version.ts';
import { EXIT, exitCodeOf, plainMessage } from './failure.ts';
import type { Host } from './host.ts';
import { errorsAreJson, jsonMessage } from './json-mode.ts';

/** Runs the command that the arguments ask for. Resolves with the exit code; never rejects. */
export async function cli(host: Host): Promise<number> {
  try {
    // Fast path without loading anything, because scripts and health checks of images call it.
    if (host.argv.some((argument) => argument === '--version' || argument === '-V')) return await printVersion(host);
    const { runProgram } = await import('./program.ts');
    return await runProgram(host);
  } catch (error) {
    host.stderr(errorsAreJson(host) ? jsonMessage(error) : plainMessage(error));
    return error instanceof Error ? exitCodeOf(error) : EXIT.failed;
  }
}
