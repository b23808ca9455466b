import { Command, CommanderError, Option } from 'commander';
import { addFlags, loadSettings, nearest, pushSettings, readFlags, type Resolution } from '../config/index.ts';
import { ConnwatchError } from '../internal/errors.ts';
import { printConfig } from './commands/config.ts';
import { doctor } from './commands/doctor.ts';
import { health } from './commands/health.ts';
import { run } from './commands/run.ts';
import { printVersion } from './commands/version.ts';
import { EXIT } from './failure.ts';
import { ABOUT, AFTER } from './help.ts';
import type { Host } from './host.ts';
import { addLiveCommands } from './live/commands.ts';
import { usageError } from './usage.ts';

// Less than the time-out of container runtimes, whose own time-out gives no reason.
const HEALTH_TIMEOUT_MS = 4000;

/**
 * Parses the arguments and runs the command.
 * @throws (rejects) ConnwatchError CW_CONFIG or CW_CONFIG_FILE for invalid settings.
 */
export async function runProgram(host: Host): Promise<number> {
  let code: number = EXIT.fine;
  const program = new Command('connwatch');
  const settings = () => loadSettings({ flags: readFlags(program), environment: host.environment, terminal: host.terminal });

  program
    .description(ABOUT)
    .usage('[command] [flags]')
    .configureHelp({ optionDescription: (option) => option.description })
    .configureOutput({
      writeOut: host.stdout,
      writeErr: () => {}, // Errors are thrown and reported in one place.
      getOutHelpWidth: () => 100,
      getOutHasColors: () => false,
    })
    .exitOverride();
  addFlags(program);
  program.addOption(new Option('-V, --version', 'Print version, commit, Node.js and libbpf.').helpGroup('General:'));
  program.addHelpOption(new Option('-h, --help', 'Print this text.').helpGroup('General:'));

  const runAgent = async () => void (code = await runCommand(host, settings));
  const commands = [
    program.command('run').description('Run the agent until Ctrl-C or SIGTERM. This is the default command.').action(runAgent),
    program
      .command('config')
      .description('Print the settings in force and the source of each.')
      .action(async () => {
        const resolution = await settings();
        // Refuses invalid variables of OpenTelemetry, as `run` does.
        code = await printConfig(host, resolution, pushSettings(resolution.settings, host.environment));
      }),
    program
      .command('doctor')
      .description('Check whether this machine has what the agent needs. --json prints the result for scripts.')
      .option('--json')
      .action(async ({ json }: { json?: boolean }) => {
        const { settings: checked } = await settings();
        code = await doctor({ settings: checked, environment: host.environment, json: json === true, stdout: host.stdout, ...host.display });
      }),
    program
      .command('health')
      .description('Ask the running agent for its health. Exit code 0: ready and alive.')
      .action(async () => {
        const { healthAddr, webConfigHealth } = (await settings()).settings;
        code = await health({ healthAddr, webConfigHealth, timeout: HEALTH_TIMEOUT_MS, stdout: host.stdout });
      }),
    program
      .command('version')
      .description('Print version, commit, Node.js and libbpf.')
      .action(async () => void (code = await printVersion(host))),
  ];
  // Their flags belong to the program, so these commands show the program's help.
  for (const command of [program, ...commands]) {
    if (command !== program) command.helpInformation = () => program.helpInformation();
    command.addHelpText('after', AFTER);
  }
  const live = addLiveCommands(program, { host, settings: async () => (await settings()).settings, done: (last) => (code = last) });
  program.helpCommand('help', 'Print this text.');
  program.argument('[command]').action(async (name: string | undefined) => {
    if (name !== undefined) throw unknownCommand(name, [...[...commands, ...live].map((command) => command.name()), 'help']);
    await runAgent();
  });

  try {
    await program.parseAsync(host.argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, [program, ...commands, ...live], live.find((command) => host.argv.includes(command.name())));
  }
  return code;
}

async function runCommand(host: Host, settings: () => Promise<Resolution>): Promise<number> {
  host.runWithOptions();
  // Help and config do not need the logger, which is slow to load.
  const { createLogger } = await import('../internal/log/log.ts');
  const resolution = await settings();
  const { logLevel: level, logFormat: format } = resolution.settings;
  const log = await createLogger({ level, format });
  return await run({
    settings: resolution.settings,
    load: async (current) => {
      const next = (await settings()).settings;
      // A changed push needs a restart; check it now, so that the restart does not fail. Skip this for
      // an unchanged push: without the privileges of the start its files may be unreadable now.
      if (next.otlp !== current.otlp || next.otlpProtocol !== current.otlpProtocol || next.otlpHeadersFile !== current.otlpHeadersFile) pushSettings(next, host.environment);
      return next;
    },
    log,
    host,
  });
}

function unknownCommand(name: string, known: readonly string[]): ConnwatchError {
  const near = nearest(name, known);
  // It may be part of a secret: a flag's value whose quotes were forgotten.
  const shown = near !== undefined || /^[a-z-]{1,16}$/.test(name) ? ` '${name}'` : '';
  return new ConnwatchError(`unknown command${shown}${near === undefined ? '.' : `; did you mean '${near}'?`}`, {
    code: 'CW_CONFIG',
    hint: `The commands are ${known.join(', ')}. Run 'connwatch --help' for more.`,
  });
}
