import { didYouMean } from '../nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set, with its trimmed text. */
export interface Variable {
  readonly name: string;
  readonly text: string;
}

export type Signal = 'METRICS' | 'LOGS';

const DAY = 86_400_000;

/**
 * OpenTelemetry's variables by the rules of its specification: an empty one counts as
 * not set, and the one for the signal overrides the general one. Problems are collected
 * as sentences without a full stop.
 */
export class Variables {
  readonly environment: Environment;
  readonly problems: string[] = [];
  readonly #signal: Signal;

  constructor(environment: Environment, signal: Signal) {
    this.environment = environment;
    this.#signal = signal;
  }

  /** Path of the signal over HTTP. */
  get path(): string {
    return `/v1/${this.#signal.toLowerCase()}`;
  }

  /** Whether a variable is the signal's own, not the general one. */
  isOfSignal({ name }: Pick<Variable, 'name'>): boolean {
    return name.startsWith(`OTEL_EXPORTER_OTLP_${this.#signal}_`);
  }

  get(name: string): Variable | undefined {
    const text = this.environment[name]?.trim();
    return text === undefined || text === '' ? undefined : { name, text };
  }

  /** OTEL_EXPORTER_OTLP_`signal`_`name` and OTEL_EXPORTER_OTLP_`name`, if set, in order of precedence. */
  signals(name: string): Variable[] {
    const names = [`OTEL_EXPORTER_OTLP_${this.#signal}_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
    return names.flatMap((one) => this.get(one) ?? []);
  }

  signal(name: string): Variable | undefined {
    return this.signals(name)[0];
  }

  /** Upper and lower case are equal. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.#chosen(this.get(name), choices);
  }

  signalChoice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.#chosen(this.signal(name), choices);
  }

  /** Comma-separated words. */
  list<T extends string>(name: string, choices: readonly T[]): T[] | undefined {
    const variable = this.get(name);
    if (variable === undefined) return undefined;
    const words = variable.text.split(',').map((text) => text.trim());
    return words.filter((text) => text !== '').flatMap((text) => this.#chosen({ name, text }, choices) ?? []);
  }

  /** @param tooLittle why `least` is the minimum, for the message */
  milliseconds(name: string, least?: number, tooLittle?: string): number | undefined {
    return this.#time(this.get(name), least, tooLittle);
  }

  signalMilliseconds(name: string): number | undefined {
    return this.#time(this.signal(name));
  }

  /** For values that are not secret. */
  invalid({ name, text }: Variable, why: string): void {
    this.problems.push(`invalid value '${text}' for ${name}: ${why}`);
  }

  /** For paths of files. The message does not repeat them: somebody may have given the content, such as a key, by mistake. */
  invalidPath({ name }: Pick<Variable, 'name'>, why: string): void {
    this.problems.push(`invalid value for ${name}, which must be the path of a file, not its content: ${why}`);
  }

  #chosen<T extends string>(variable: Variable | undefined, choices: readonly T[]): T | undefined {
    if (variable === undefined) return undefined;
    const text = variable.text.toLowerCase();
    const found = choices.find((one) => one === text);
    if (found !== undefined) return found;
    this.invalid(variable, `it is not one of ${choices.join(', ')}${didYouMean(text, choices, (one) => `'${one}'`)}`);
    return undefined;
  }

  #time(variable: Variable | undefined, least = 1, tooLittle?: string): number | undefined {
    if (variable === undefined) return undefined;
    const value = Number(variable.text);
    if (!/^\d+$/.test(variable.text)) this.invalid(variable, 'it is not a whole number of milliseconds');
    else if (value < least) this.invalid(variable, `it is below ${least} millisecond${least === 1 ? '' : 's'}${tooLittle === undefined ? '' : `: ${tooLittle}`}`);
    else if (value > DAY) this.invalid(variable, 'it is above a day (86400000)');
    else return value;
    return undefined;
  }
}
