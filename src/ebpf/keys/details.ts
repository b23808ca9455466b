import { printable } from '../../internal/escape.ts';

// The layout of native/keys/details.h.
const KEY = { cgroup: 0, address: 8, netns: 24, workload: 28, port: 32, role: 34, fold: 35, whose: 36, nameLength: 38, name: 40 } as const;
const PROCESS = { start: 0, cgroup: 8, pid: 16, comm: 20 } as const;
const [ADDRESS_LENGTH, COMM_LENGTH] = [16, 16];

/** Reads the fields of a key or a process that the addon has written. */
export class Details {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  get cgroup(): string {
    return this.#view.getBigUint64(KEY.cgroup, true).toString();
  }

  /** IPv4 is mapped. Valid until the addon writes the next key. */
  get address(): Uint8Array {
    return this.#bytes.subarray(KEY.address, KEY.address + ADDRESS_LENGTH);
  }

  /** Of a server, in the place of the address. */
  get clientRange(): number {
    return this.#view.getUint32(KEY.address, true);
  }

  get netns(): number {
    return this.#view.getUint32(KEY.netns, true);
  }

  get workload(): number {
    return this.#view.getUint32(KEY.workload, true);
  }

  get port(): number {
    return this.#view.getUint16(KEY.port, true);
  }

  /** enum cw_role */
  get role(): number {
    return this.#view.getUint8(KEY.role);
  }

  /** native/keys/keys.h, Fold */
  get fold(): number {
    return this.#view.getUint8(KEY.fold);
  }

  /** native/keys/workloads.h, Whose */
  get whose(): number {
    return this.#view.getUint8(KEY.whose);
  }

  /** The executable, and the command where that has another name. */
  get names(): readonly [string, string | undefined] {
    const name = this.#bytes.subarray(KEY.name, KEY.name + this.#view.getUint16(KEY.nameLength, true));
    const end = name.indexOf(0);
    return end < 0 ? [printable(name), undefined] : [printable(name.subarray(0, end)), printable(name.subarray(end + 1))];
  }

  get start(): bigint {
    return this.#view.getBigUint64(PROCESS.start, true);
  }

  get processCgroup(): string {
    return this.#view.getBigUint64(PROCESS.cgroup, true).toString();
  }

  get pid(): number {
    return this.#view.getUint32(PROCESS.pid, true);
  }

  get comm(): string {
    const comm = this.#bytes.subarray(PROCESS.comm, PROCESS.comm + COMM_LENGTH);
    const end = comm.indexOf(0);
    return printable(end < 0 ? comm : comm.subarray(0, end));
  }
}
