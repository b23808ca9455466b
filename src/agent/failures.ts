import type { Attributes } from '@opentelemetry/api';
import { getSystemErrorName } from 'node:util';
import { type Batch, formatAddress, type Key } from '../ebpf/index.ts';
import { type ContainerNames, cgroupOf, type Name, workloadOf } from '../identity/index.ts';
import type { Logger } from '../internal/log/log.ts';
import { type FailedConnect, FailureTap } from '../stream/index.ts';

export interface FailureRecordsOptions {
  /** Per second; 0: none. */
  readonly rate: number;
  readonly keys: { get(id: number): Key | undefined };
  /** Who names containers. A record waits for nobody: as long as there is no name it has the container's id. */
  readonly names?: ContainerNames | undefined;
  /** The agent's own pid in the root pid namespace. */
  readonly pid: number;
  readonly log: Logger;
  /** Also gets each record: Unix milliseconds, attributes. */
  readonly push: ((time: number, attributes: Attributes) => void) | undefined;
  /** Reads the time: Unix milliseconds, and nanoseconds of CLOCK_MONOTONIC. */
  readonly clocks?: () => { readonly unix: number; readonly monotonic: number };
}

const realClocks = () => ({ unix: Date.now(), monotonic: Number(process.hrtime.bigint()) });

/** Writes a record of each failed connect to the log, and to the OTLP push if there is one. */
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

  /** Written records, and failed connects without one: above the rate, the agent's own, or lost in the ring buffer. */
  get counts(): { readonly written: number; readonly left_out: number } {
    return { written: this.#written, left_out: this.#tap.leftOut };
  }

  /** Call it with each batch, while its arrays are valid. */
  add(batch: Batch): void {
    const { keys, names, pid, log, push, clocks = realClocks } = this.#options;
    if (batch.cut !== undefined) this.#tap.leaveOut(batch.cut.folded);
    for (const failed of this.#tap.take(batch)) {
      const key = keys.get(failed.key);
      // A record of a failed push would have to be pushed too, and would fail too.
      if (failed.pid === pid) {
        this.#tap.leftOut += 1;
        continue;
      }
      const { unix, monotonic } = clocks();
      const time = unix - (monotonic - failed.time) / 1e6;
      const attributes = describe(failed, key, nameOf(key, names));
      log.info({ at: new Date(time).toISOString(), ...attributes }, 'connect failed');
      push?.(time, attributes);
      this.#written += 1;
    }
  }
}

function nameOf(key: Key | undefined, names: ContainerNames | undefined): Name | undefined {
  const cgroup = key && names && cgroupOf(key);
  const name = cgroup?.kind === 'container' || cgroup?.kind === 'pod' ? names!.of(cgroup) : undefined;
  return name === 'later' ? undefined : name;
}

/** Uses the names of the metrics and of OpenTelemetry's conventions. The peer is that of the record, because a shared key has none. */
function describe({ outcome, errno, seconds, syns, pid, address, port }: FailedConnect, key: Key | undefined, name: Name | undefined): Attributes {
  return {
    ...(key === undefined ? {} : { ...workloadOf(key, name), ...(key.whose === 'process' ? { 'process.pid': pid } : {}) }),
    'server.address': formatAddress(address),
    'server.port': port,
    'error.type': outcome,
    ...(errno === 0 ? {} : { 'error.name': getSystemErrorName(-errno) }),
    'connect.duration': seconds,
    'connect.syns': syns,
  };
}
