import { describeFailure } from './failure.ts';

/** How the program was called. */
interface Call {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads the log. */
  readonly terminal: boolean;
}

/** Commands other than `run`. */
const OTHERS: readonly string[] = ['config', 'doctor', 'health', 'version', 'help', 'trace', 'top', 'snapshot', 'why', '--version', '-V', '--help', '-h'];

/**
 * Whether a machine reads the errors of this command line: those of `run` are lines of its log, whose format is known
 * before the settings are; those of other commands are JSON with --json, or if --log-format or CONNWATCH_LOG_FORMAT says so.
 */
export function errorsAreJson({ argv, environment, terminal }: Call): boolean {
  const flag = argv.findLastIndex((argument) => argument === '--log-format' || argument.startsWith('--log-format='));
  const given = flag < 0 ? environment['CONNWATCH_LOG_FORMAT'] : argv[flag]!.includes('=') ? argv[flag]!.split('=')[1] : argv[flag + 1];
  if (argv.some((argument) => OTHERS.includes(argument))) return argv.includes('--json') || given === 'json';
  return given === 'json' || (given !== 'pretty' && !terminal);
}

/** A fatal error as a line of the log. */
export function jsonMessage(error: unknown): string {
  const { message, code, hint } = describeFailure(error);
  const line = JSON.stringify({ level: 'fatal', time: new Date().toISOString(), code, ...(hint && { hint }), msg: message });
  // JSON.stringify does not escape DEL and C1, and terminals interpret C1.
  return `${line.replace(/[\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
