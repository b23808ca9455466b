import type { CommanderError } from 'commander';
import { suggestFlag } from '../config/index.ts';
import { ConnwatchError } from '../internal/errors.ts';

/** Rewords Commander's error. Leaves out the value of a misspelt flag, because it may be a secret. */
export function usageError(error: CommanderError): ConnwatchError {
  return new ConnwatchError(message(error), {
    code: 'CW_CONFIG',
    hint: "Run 'connwatch --help' for all commands and flags.",
    cause: error,
  });
}

function message(error: CommanderError): string {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const flag = quoted.split(/[= ]/)[0] ?? '';
  switch (error.code) {
    case 'commander.unknownOption': {
      const suggestion = suggestFlag(flag);
      return `unknown flag ${flag}${suggestion || '.'}`;
    }
    case 'commander.optionMissingArgument':
      return `the flag ${flag} needs a value.`;
    case 'commander.excessArguments':
      return 'too many arguments: a command takes flags only.';
    default:
      return error.message.replace(/^error: /, '');
  }
}
