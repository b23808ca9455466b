import type { Command, CommanderError } from 'commander';
import { suggestFlag } from '../config/index.ts';
import { ConnwatchError } from '../internal/errors.ts';

/**
 * Rewords Commander's error. Leaves out the value of a misspelt flag, because it may be a secret.
 * @param ran the command whose own help has its flags
 */
export function usageError(error: CommanderError, commands: readonly Command[], ran?: Command): ConnwatchError {
  return new ConnwatchError(message(error, commands), {
    code: 'CW_CONFIG',
    hint: ran === undefined ? "Run 'connwatch --help' for all commands and flags." : `Run 'connwatch ${ran.name()} --help' for its flags.`,
    cause: error,
  });
}

function message(error: CommanderError, commands: readonly Command[]): string {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const flag = quoted.split(/[= ]/)[0] ?? '';
  switch (error.code) {
    case 'commander.unknownOption': {
      const options = commands.flatMap((command) => command.options).filter(({ long }) => long === flag);
      if (quoted.includes('=') && options.some((option) => option.isBoolean())) return `the flag ${flag} takes no value.`;
      if (options.length > 0) return `${flag} is no flag of this command.`;
      const suggestion = suggestFlag(flag);
      return `unknown flag ${flag}${suggestion || '.'}`;
    }
    case 'commander.optionMissingArgument':
      return `the flag ${flag} needs a value.`;
    case 'commander.conflictingOption':
      return `the flags ${[...error.message.matchAll(/--[a-z-]+/g)].join(' and ')} exclude each other.`;
    case 'commander.excessArguments':
      return 'too many arguments: beside flags, why takes one peer, and the other commands nothing.';
    default:
      return error.message.replace(/^error: /, '');
  }
}
