import { parseArgs } from 'node:util';

export interface Options {
  /** Names of benchmarks to run, in this order. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
  /** Before all other processes of the machine. */
  readonly first: boolean;
  readonly help: boolean;
}

/** A mistake in the arguments. */
export class UsageError extends Error {}

/** @param usual those that run when none is named @throws UsageError */
export function parseOptions(args: readonly string[], known: readonly string[], usual = known): Options {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no benchmark '${unknown}'; there are ${known.join(', ')}.`);
  return { names: positionals.length === 0 ? usual : positionals, ...values };
}

function parse(args: readonly string[]) {
  try {
    const flag = { type: 'boolean', default: false } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options: { quick: flag, json: flag, first: flag, help: { ...flag, short: 'h' } } });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
