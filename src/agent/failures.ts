import type { Attributes } from '@opentelemetry/api';
import { getSystemErrorName } from 'node:util';
import type { Batch, Key } from '../ebpf/index.ts';
import { peerOf, workloadOf } from '../identity/index.ts';
import type { Logger } from '../internal/log/log.ts';
import { type FailedConnect, FailureTap } from '../stream/index.ts';

export interface FailureRecordsOptions {
  /** Per second; 0: none. */
  readonly rate: number;
  readonly keys: { get(id: number): Key | undefined };
  /** The agent's own pid, as the kernel side tells it. */
  readonly pid: number;
  readonly log: Logger;
  /** Takes each record as well: Unix milliseconds, attributes. */
  readonly push: ((time: number, attributes: Attributes) => void) | undefined;
  /** Unix milliseconds, and nanoseconds of CLOCK_MONOTONIC, now. */
  readonly clocks?: () => { readonly unix: number; readonly monotonic: number };
}

const realClocks = () => ({ unix: Date.now(), monotonic: Number(process.hrtime.bigint()) });

/** Writes records of failed connects: to the log, and to whoever pushes them. */
export class FailureRecords {
  readonly #options: FailureRecordsOptions;
  readonly #tap: FailureTap;
  #written = 0;

  constructor(options: FailureRecordsOptions) {
    this.#options = options;
    this.#tap = new FailureTap(options.rate);
  }

  set rate(rate: number) {
    this.#tap.rate = rate;
  }

  /** Records that were written, and failed connects that have none: over the rate, the agent's own, or lost on the way from the kernel. */
  get counts(): { readonly written: number; readonly left_out: number } {
    return { written: this.#written, left_out: this.#tap.leftOut };
  }

  /** To be called with each batch, while its arrays are valid. */
  add(batch: Batch): void {
    const { keys, pid, log, push, clocks = realClocks } = this.#options;
    if (batch.cut !== undefined) this.#tap.leaveOut(batch.cut.folded);
    for (const failed of this.#tap.take(batch)) {
      const key = keys.get(failed.key);
      // A push of the record would be the next one to fail.
      if (failed.pid === pid) {
        this.#tap.leftOut += 1;
        continue;
      }
      const { unix, monotonic } = clocks();
      const time = unix - (monotonic - failed.time) / 1e6;
      const attributes = describe(failed, key);
      log.info({ at: new Date(time).toISOString(), ...attributes }, 'connect failed');
      push?.(time, attributes);
      this.#written += 1;
    }
  }
}

/** Names are those of the metrics, and of OpenTelemetry's conventions where there are any. */
function describe({ outcome, errno, seconds, syns, pid }: FailedConnect, key: Key | undefined): Attributes {
  return {
    ...(key === undefined ? {} : { ...workloadOf(key), ...(key.whose === 'process' ? { 'process.pid': pid } : {}), ...peerOf(key) }),
    'error.type': outcome,
    ...(errno === 0 ? {} : { 'error.name': getSystemErrorName(-errno) }),
    'connect.duration': seconds,
    'connect.syns': syns,
  };
}
