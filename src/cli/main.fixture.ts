// main.ts with an agent that opens nothing: for the tests of what a process does.
import { cli } from './cli.ts';
import type { StartAgent } from './commands/run.ts';
import { realHost } from './host.ts';
import { nameProcess } from './process-name.ts';

const startAgent: StartAgent = (_, log) => {
  const busy = setInterval(() => {}, 60_000);
  // Before the line that lets the test send it.
  const failed = new Promise<Error>((resolve) => process.once('SIGUSR2', () => resolve(new Error('failed later'))));
  log.info('ready');
  if (process.env['THROW_LATER']) {
    setImmediate(() => {
      throw new Error('thrown later');
    });
  }
  return Promise.resolve({
    failed,
    reload: (settings) => void process.stdout.write(`interval ${settings.interval}\n`),
    stop: async () => {
      clearInterval(busy);
      await new Promise((resolve) => setImmediate(resolve));
      process.stdout.write('stopped in order\n');
    },
  });
};

nameProcess();
process.exit(await cli({ ...realHost(), loadAgent: () => Promise.resolve({ startAgent }) }));
