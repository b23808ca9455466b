import type { HrTime } from '@opentelemetry/api';
import { HANDSHAKE_BOUNDS, LIFE_BOUNDS } from '../../stream/histograms.ts';
import { COLUMN, COLUMNS, SUM, SUMS, type Snapshot } from '../../stream/snapshot.ts';
import { anyOf } from '../series/buckets.ts';
import { HistogramTable } from '../series/histograms.ts';
import { Ledger, type LedgerAccount } from '../series/ledger.ts';
import { type Limit, SeriesTable, type Wanted } from '../series/series.ts';

/** Where the traffic of one key counts. */
export interface TrafficAccounts {
  /** By workload and peer; a server's has no peer. undefined when it stands for several. */
  readonly peer: LedgerAccount | undefined;
  /** By workload. */
  readonly workload: LedgerAccount | undefined;
  /** By workload and role. */
  readonly side: LedgerAccount | undefined;
}

const SLOT = { handshake: 0, transmit: 1, receive: 2, syn: 3, data: 4, synack: 5, resetIn: 6, resetOut: 7, life: 8, rtt: 9 } as const;

/** The families of what connections do: how long they take, what they move, what is sent again, what is reset. */
export class Traffic {
  readonly connectDuration: HistogramTable;
  readonly connectionDuration: HistogramTable;
  readonly rtt: HistogramTable;
  readonly io: SeriesTable;
  readonly retransmits: SeriesTable;
  readonly resets: SeriesTable;
  readonly #ledger: Ledger;

  constructor(limit: Limit) {
    const [handshake, life, rtt] = [HANDSHAKE_BOUNDS, LIFE_BOUNDS, HANDSHAKE_BOUNDS].map((bounds) => new HistogramTable(limit, bounds));
    [this.connectDuration, this.connectionDuration, this.rtt] = [handshake!, life!, rtt!];
    const [io, retransmits, resets] = [new SeriesTable(limit), new SeriesTable(limit), new SeriesTable(limit)];
    [this.io, this.retransmits, this.resets] = [io, retransmits, resets];
    // In the order of SLOT.
    this.#ledger = new Ledger([
      { table: this.connectDuration },
      { table: io, attributes: { 'network.io.direction': 'transmit' } },
      { table: io, attributes: { 'network.io.direction': 'receive' } },
      { table: retransmits, attributes: { type: 'syn' } },
      { table: retransmits, attributes: { type: 'data' } },
      { table: retransmits, attributes: { type: 'synack' } },
      { table: resets, attributes: { 'network.io.direction': 'receive' } },
      { table: resets, attributes: { 'network.io.direction': 'transmit' } },
      { table: this.connectionDuration },
      { table: this.rtt },
    ]);
  }

  account(wanted: Wanted, window: number): LedgerAccount {
    return this.#ledger.account(wanted, window);
  }

  /** @param to undefined for a row whose key is not known */
  add({ counts, sums }: Snapshot, row: number, to: TrafficAccounts | undefined, born: HrTime): void {
    const [first, firstSum] = [row * COLUMNS, row * SUMS];
    const count = (column: number): number => counts[first + column]!;
    const sum = (column: number): number => sums[firstSum + column]!;
    this.#count(to?.peer, SLOT.transmit, sum(SUM.bytesSent), born);
    this.#count(to?.peer, SLOT.receive, sum(SUM.bytesReceived), born);
    this.#count(to?.peer, SLOT.syn, count(COLUMN.synRetransmits), born);
    this.#count(to?.peer, SLOT.data, count(COLUMN.dataRetransmits), born);
    this.#count(to?.workload, SLOT.resetIn, count(COLUMN.resetsIn), born);
    this.#count(to?.workload, SLOT.resetOut, count(COLUMN.resetsOut), born);
    const record = (table: HistogramTable, account: LedgerAccount | undefined, slot: number, column: number, bounds: readonly number[], seconds: number): void => {
      if (!anyOf(counts, first + column, bounds.length + 1)) return;
      table.record(this.#ledger.series(account, slot, born), counts, first + column, seconds);
    };
    if (count(COLUMN.connect) > 0) record(this.connectDuration, to?.peer, SLOT.handshake, COLUMN.handshake, HANDSHAKE_BOUNDS, sum(SUM.handshake));
    if (count(COLUMN.close) > 0) record(this.connectionDuration, to?.side, SLOT.life, COLUMN.life, LIFE_BOUNDS, sum(SUM.life));
    if (sum(SUM.rtt) > 0) record(this.rtt, to?.side, SLOT.rtt, COLUMN.rtt, HANDSHAKE_BOUNDS, sum(SUM.rtt));
  }

  /** SYN-ACKs that a listener sent again. */
  addSynacks(to: TrafficAccounts | undefined, count: number, born: HrTime): void {
    this.#count(to?.workload, SLOT.synack, count, born);
  }

  retire(window: number, windows: number): void {
    this.#ledger.retire(window, windows);
  }

  #count(account: LedgerAccount | undefined, slot: number, count: number, born: HrTime): void {
    if (count > 0) this.#ledger.series(account, slot, born).value += count;
  }
}
