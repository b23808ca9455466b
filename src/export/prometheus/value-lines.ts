import type { HrTime } from '@opentelemetry/api';
import type { Pieces } from '../../internal/pieces.ts';
import type { PulledPoint } from '../../metrics/index.ts';
import type { ByteWriter } from './bytes.ts';
import { CreatedLines } from './created-lines.ts';
import { LineStarts, PIECE, lineStart } from './line-starts.ts';
import { writeNumber } from './numbers.ts';
import type { Regions } from './regions.ts';

const NEWLINE = 10;

/** Writes the lines of one metric. Keeps the parts that do not change between scrapes. */
export interface Lines {
  write(points: readonly PulledPoint[], out: ByteWriter, regions: Regions): Pieces<void>;
}

export class GaugeLines implements Lines {
  readonly #starts: LineStarts;

  constructor(name: string) {
    this.#starts = new LineStarts(({ attributes }) => lineStart(name, attributes));
  }

  *write(points: readonly PulledPoint[], out: ByteWriter): Pieces<void> {
    yield* this.#starts.prepare(points);
    for (let i = 0; i < points.length; i++) {
      this.#starts.copy(i, out);
      writeNumber(out, points[i]!.value as number);
      out.byte(NEWLINE);
      if (i % PIECE === 0) yield;
    }
  }
}

export class CounterLines implements Lines {
  readonly #starts: LineStarts;
  readonly #created: CreatedLines | undefined;

  /** @param created name of the samples with creation times; undefined if the format has none */
  constructor(name: string, created: string | undefined, started: HrTime) {
    this.#starts = new LineStarts(({ attributes }) => lineStart(name, attributes));
    if (created !== undefined) this.#created = new CreatedLines(created, started);
  }

  *write(points: readonly PulledPoint[], out: ByteWriter, regions: Regions): Pieces<void> {
    yield* this.#starts.prepare(points);
    if (this.#created !== undefined) yield* this.#created.prepare(points);
    for (let i = 0; i < points.length; i++) {
      const { value, appeared } = points[i]!;
      this.#starts.copy(i, out);
      const start = out.length;
      writeNumber(out, value as number);
      // A series of the SDK's instruments exists from the start.
      if (appeared !== undefined) regions.add(appeared, start, out.length);
      out.byte(NEWLINE);
      this.#created?.copy(i, out);
      if (i % PIECE === 0) yield;
    }
  }
}
