import fc from 'fast-check';
import { fuzzDecoder } from './decoder.ts';
import type { Fuzzed } from './fuzzed.ts';
import { ofOthers } from './parsers-of-others.ts';
import { ofSettings } from './parsers-of-settings.ts';
import { ofTheKernel } from './parsers-of-the-kernel.ts';
import { ofThePage } from './parsers-of-the-page.ts';
import type { Parser } from './parser.ts';
import { fuzzPrometheus } from './prometheus.ts';

export const PARSERS: readonly Parser[] = [...ofTheKernel, ...ofSettings, ...ofOthers, ...ofThePage];

/** So many times more for the record decoder, which is that much quicker. */
const DECODER = 50;

export interface FuzzOptions {
  /** For each parser. */
  readonly inputs: number;
  readonly say?: (text: string) => void;
  /** To draw the same inputs again. */
  readonly seed?: number;
}

/** All readers of foreign bytes, one after the other. */
export async function fuzzAll({ inputs, say = () => {}, seed }: FuzzOptions): Promise<Fuzzed[]> {
  say(`record decoder, ${inputs * DECODER} inputs`);
  const found = [await fuzzDecoder(inputs * DECODER)];
  say(`${PARSERS.length} parsers, ${inputs} inputs each`);
  for (const parser of PARSERS) {
    found.push(await fuzzParser(parser, inputs, seed));
  }
  say('labels, against Prometheus');
  return [...found, await fuzzPrometheus(Math.min(inputs, 5000))];
}

export async function fuzzParser({ what, property }: Parser, inputs: number, seed?: number): Promise<Fuzzed> {
  const { failed, numRuns, counterexample, seed: drawn, errorInstance } = await fc.check(property as fc.IAsyncProperty<unknown>, { numRuns: inputs, ...(seed !== undefined && { seed }) });
  if (!failed) return { what, by: 'fast-check', state: 'yes', inputs: numRuns, failures: 0 };
  const error = errorInstance instanceof Error ? `: ${errorInstance.message.split('\n')[0] ?? ''}` : '';
  return { what, by: 'fast-check', state: 'no', inputs: numRuns, failures: 1, why: `${fc.stringify(counterexample).slice(0, 200)} (seed ${drawn})${error}` };
}
