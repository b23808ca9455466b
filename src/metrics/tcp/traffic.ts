import type { HrTime } from '@opentelemetry/api';
import { EXPONENTIAL, HANDSHAKE_BOUNDS, LIFE_BOUNDS } from '../../stream/histograms.ts';
import { COLUMN, COLUMNS, EXPONENTIAL_COLUMN, EXPONENTIAL_COLUMNS, SUM, SUMS, type Snapshot } from '../../stream/snapshot.ts';
import { anyOf } from '../series/buckets.ts';
import { HistogramTable } from '../series/histograms.ts';
import { Ledger, type LedgerAccount } from '../series/ledger.ts';
import { type Limit, SeriesTable, type Wanted } from '../series/series.ts';
import type { FamilyName } from '../../words/families.ts';
import type { Shape, Shapes } from '../attributes/shapes.ts';

/** Rows of counts: a snapshot's, or one that has waited. */
export type RowCounts = Pick<Snapshot, 'counts' | 'sums'> & { readonly exponential?: Uint32Array | undefined };

/** Where the traffic of one key counts, by the index of `Traffic.shapes`. undefined where the key stands for several series. */
export type TrafficAccounts = readonly (LedgerAccount | undefined)[];

type TrafficFamily = keyof typeof FAMILY;
const FAMILY = {
  handshake: 'connwatch.tcp.connect.duration',
  life: 'connwatch.tcp.connection.duration',
  rtt: 'connwatch.tcp.rtt',
  io: 'connwatch.tcp.io',
  retransmits: 'connwatch.tcp.retransmits',
  resets: 'connwatch.tcp.resets',
} as const satisfies Record<string, FamilyName>;

const SLOT = { handshake: 0, transmit: 1, receive: 2, syn: 3, data: 4, synack: 5, resetIn: 6, resetOut: 7, life: 8, rtt: 9 } as const;

/** The families of what connections do: how long they take, what they move, what is sent again, what is reset. */
export class Traffic {
  readonly connectDuration: HistogramTable;
  readonly connectionDuration: HistogramTable;
  readonly rtt: HistogramTable;
  readonly io: SeriesTable;
  readonly retransmits: SeriesTable;
  readonly resets: SeriesTable;
  /** Those of the metrics of traffic, each once. */
  readonly shapes: readonly Shape[];
  /** Index of its shape; -1: the metric is off. */
  readonly #at: Readonly<Record<TrafficFamily, number>>;
  readonly #ledger: Ledger;

  /** @param exponential histograms are counted in exponential buckets too */
  constructor(limit: Limit, shapes: Shapes, exponential: boolean) {
    this.connectDuration = new HistogramTable(limit, HANDSHAKE_BOUNDS, exponential ? EXPONENTIAL.handshake : undefined);
    this.connectionDuration = new HistogramTable(limit, LIFE_BOUNDS, exponential ? EXPONENTIAL.life : undefined);
    this.rtt = new HistogramTable(limit, HANDSHAKE_BOUNDS, exponential ? EXPONENTIAL.handshake : undefined);
    const [io, retransmits, resets] = [new SeriesTable(limit), new SeriesTable(limit), new SeriesTable(limit)];
    [this.io, this.retransmits, this.resets] = [io, retransmits, resets];
    this.shapes = [...shapes.group(Object.values(FAMILY)).keys()];
    const at = (family: TrafficFamily): number => this.shapes.findIndex((shape) => shape === shapes.of(FAMILY[family]));
    this.#at = { handshake: at('handshake'), life: at('life'), rtt: at('rtt'), io: at('io'), retransmits: at('retransmits'), resets: at('resets') };
    const direction = (family: FamilyName, value: string) => shapes.pick(family, { 'network.io.direction': value });
    const type = (value: string) => shapes.pick(FAMILY.retransmits, { type: value });
    // In the order of SLOT.
    this.#ledger = new Ledger([
      { table: this.connectDuration },
      { table: io, attributes: direction(FAMILY.io, 'transmit') },
      { table: io, attributes: direction(FAMILY.io, 'receive') },
      { table: retransmits, attributes: type('syn') },
      { table: retransmits, attributes: type('data') },
      { table: retransmits, attributes: type('synack') },
      { table: resets, attributes: direction(FAMILY.resets, 'receive') },
      { table: resets, attributes: direction(FAMILY.resets, 'transmit') },
      { table: this.connectionDuration },
      { table: this.rtt },
    ]);
  }

  /** The account of a shape among those of a key. */
  held(accounts: TrafficAccounts, shape: Shape): LedgerAccount | undefined {
    return accounts[this.shapes.indexOf(shape)];
  }

  account(wanted: Wanted, window: number): LedgerAccount {
    return this.#ledger.account(wanted, window);
  }

  /** @param to undefined for a row whose key is not known */
  add({ counts, sums, exponential }: RowCounts, row: number, to: TrafficAccounts | undefined, born: HrTime): void {
    const [first, firstSum] = [row * COLUMNS, row * SUMS];
    const count = (column: number): number => counts[first + column]!;
    const sum = (column: number): number => sums[firstSum + column]!;
    this.#count(to, 'io', SLOT.transmit, sum(SUM.bytesSent), born);
    this.#count(to, 'io', SLOT.receive, sum(SUM.bytesReceived), born);
    this.#count(to, 'retransmits', SLOT.syn, count(COLUMN.synRetransmits), born);
    this.#count(to, 'retransmits', SLOT.data, count(COLUMN.dataRetransmits), born);
    this.#count(to, 'resets', SLOT.resetIn, count(COLUMN.resetsIn), born);
    this.#count(to, 'resets', SLOT.resetOut, count(COLUMN.resetsOut), born);
    const record = (table: HistogramTable, kind: keyof typeof EXPONENTIAL_COLUMN, bounds: readonly number[]): void => {
      const at = this.#at[kind];
      if (at < 0 || !anyOf(counts, first + COLUMN[kind], bounds.length + 1)) return;
      const series = this.#ledger.series(to?.[at], SLOT[kind], born);
      table.record(series, counts, first + COLUMN[kind], sum(SUM[kind]));
      if (exponential !== undefined) table.recordExponential(series, exponential, row * EXPONENTIAL_COLUMNS + EXPONENTIAL_COLUMN[kind]);
    };
    if (count(COLUMN.connect) > 0) record(this.connectDuration, 'handshake', HANDSHAKE_BOUNDS);
    if (count(COLUMN.close) > 0) record(this.connectionDuration, 'life', LIFE_BOUNDS);
    if (sum(SUM.rtt) > 0) record(this.rtt, 'rtt', HANDSHAKE_BOUNDS);
  }

  /** SYN-ACKs that a listener sent again. */
  addSynacks(to: TrafficAccounts | undefined, count: number, born: HrTime): void {
    this.#count(to, 'retransmits', SLOT.synack, count, born);
  }

  retire(window: number, windows: number): void {
    this.#ledger.retire(window, windows);
  }

  #count(to: TrafficAccounts | undefined, family: TrafficFamily, slot: number, count: number, born: HrTime): void {
    const at = this.#at[family];
    if (count > 0 && at >= 0) this.#ledger.series(to?.[at], slot, born).value += count;
  }
}
