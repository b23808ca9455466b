import { parseArgs } from 'node:util';
import { parseDuration } from '../../src/config/units.ts';

export interface Options {
  /** Parts of the campaign: faults by name, `soak`, `fuzz`. */
  readonly parts: readonly string[];
  /** Of the soak, milliseconds. */
  readonly soak: number;
  /** Connections a second that the soak asks for. */
  readonly rate: number;
  /** Inputs for each parser; a hundred times as many for the record decoder. */
  readonly inputs: number;
  readonly json: boolean;
  readonly write: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

export const DEFAULTS = { soak: '2m', rate: '20000', inputs: '20000' } as const;

/** A mistake in the arguments. */
export class UsageError extends Error {}

/** @param known all parts, in their order @throws UsageError */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const values = parse(args);
  const only = values.only.flatMap((text) => text.split(','));
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new UsageError(`there is no fault or part '${unknown.join("', '")}'; --list shows all of them.`);
  return {
    parts: only.length === 0 ? known : known.filter((name) => only.includes(name)),
    soak: duration(values.soak),
    rate: wholeNumber('--rate', values.rate),
    inputs: wholeNumber('--inputs', values.inputs),
    json: values.json,
    write: values.write,
    list: values.list,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        soak: { type: 'string', default: DEFAULTS.soak },
        rate: { type: 'string', default: DEFAULTS.rate },
        inputs: { type: 'string', default: DEFAULTS.inputs },
        json: flag,
        write: flag,
        list: flag,
        help: { ...flag, short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function duration(text: string): number {
  let milliseconds: number;
  try {
    milliseconds = parseDuration(text);
  } catch (error) {
    throw new UsageError(`--soak ${text}: ${(error as Error).message}.`);
  }
  if (milliseconds < 20_000) throw new UsageError(`--soak ${text}: at least 20s are needed for a slope.`);
  return milliseconds;
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`${option} ${text}: it is not a whole number above 0.`);
  return Number(text);
}
