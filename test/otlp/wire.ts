/*
 * What an ExportMetricsServiceRequest says, read from its bytes: field numbers
 * from opentelemetry-proto, metrics/v1/metrics.proto. The tests' judge shares
 * no code with the exporter.
 */

export type Kind = 'gauge' | 'sum' | 'histogram' | 'exponential histogram';

export interface Point {
  readonly metric: string;
  readonly kind: Kind;
  readonly attributes: Readonly<Record<string, string>>;
  /** Undefined for a histogram. */
  readonly value: number | undefined;
  /** Unix nanoseconds. */
  readonly start: bigint;
  readonly time: bigint;
  /** 1 delta, 2 cumulative; undefined for a gauge. */
  readonly temporality: number | undefined;
  /** Of an exponential histogram. */
  readonly exponential?: { readonly count: number; readonly sum: number; readonly scale: number; readonly zeroCount: number; readonly offset: number; readonly counts: readonly number[] };
}

export interface Pushed {
  readonly resource: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

type Value = bigint | number | Buffer;

export function readRequest(bytes: Buffer): Pushed {
  const resource: Record<string, string> = {};
  const points: Point[] = [];
  for (const resourceMetrics of messages(fields(bytes), 1)) {
    for (const one of messages(resourceMetrics, 1)) Object.assign(resource, attributes(one, 1));
    for (const scopeMetrics of messages(resourceMetrics, 2)) {
      for (const metric of messages(scopeMetrics, 2)) points.push(...pointsOf(metric));
    }
  }
  return { resource, points };
}

/** A record of an ExportLogsServiceRequest (logs/v1/logs.proto). */
export interface PushedRecord {
  readonly event: string;
  readonly severity: number;
  readonly body: string;
  /** Unix nanoseconds. */
  readonly time: bigint;
  readonly attributes: Readonly<Record<string, string>>;
}

export function readLogs(bytes: Buffer): PushedRecord[] {
  const scopes = messages(fields(bytes), 1).flatMap((resourceLogs) => messages(resourceLogs, 2));
  return scopes.flatMap((scope) => messages(scope, 2)).map((record) => ({
    event: String(record.get(12)?.[0]),
    severity: Number(record.get(2)?.[0]),
    body: String(messages(record, 5)[0]?.get(1)?.[0]),
    time: record.get(1)?.[0] as bigint,
    attributes: attributes(record, 6),
  }));
}

type Fields = ReadonlyMap<number, readonly Value[]>;

const KINDS: readonly [number, Kind][] = [
  [5, 'gauge'],
  [7, 'sum'],
  [9, 'histogram'],
  [10, 'exponential histogram'],
];

function pointsOf(metric: Fields): Point[] {
  const name = String(metric.get(1)?.[0]);
  return KINDS.flatMap(([field, kind]) =>
    messages(metric, field).flatMap((data) =>
      messages(data, 1).map((point): Point => {
        const value = field < 9 ? (point.get(6)?.[0] ?? doubleOf(point.get(4)?.[0])) : undefined;
        const temporality = kind === 'gauge' ? undefined : Number(data.get(2)?.[0]);
        return {
          metric: name,
          kind,
          attributes: attributes(point, field === 9 ? 9 : field === 10 ? 1 : 7),
          value: value === undefined ? undefined : Number(value),
          start: (point.get(2)?.[0] as bigint | undefined) ?? 0n,
          time: (point.get(3)?.[0] as bigint | undefined) ?? 0n,
          temporality,
          ...(field === 10 && { exponential: exponentialOf(point) }),
        };
      }),
    ),
  );
}

function exponentialOf(point: Fields): NonNullable<Point['exponential']> {
  const positive = messages(point, 8)[0];
  return {
    count: Number(point.get(4)?.[0]),
    sum: doubleOf(point.get(5)?.[0]) ?? NaN,
    scale: signed(point.get(6)?.[0]),
    zeroCount: Number(point.get(7)?.[0] ?? 0),
    offset: signed(positive?.get(1)?.[0]),
    counts: varints((positive?.get(2)?.[0] as Buffer | undefined) ?? Buffer.alloc(0)),
  };
}

/** ZigZag. */
function signed(value: Value | undefined): number {
  const bits = (value as bigint | undefined) ?? 0n;
  return Number((bits >> 1n) ^ -(bits & 1n));
}

function attributes(message: Fields, field: number): Record<string, string> {
  return Object.fromEntries(
    messages(message, field).map((pair) => {
      const value = messages(pair, 2)[0];
      const [text, flag, whole, real] = [1, 2, 3, 4].map((kind) => value?.get(kind)?.[0]);
      return [String(pair.get(1)?.[0]), String(text ?? (flag === undefined ? (whole ?? doubleOf(real)) : flag === 1n))];
    }),
  );
}

function messages(message: Fields, field: number): Fields[] {
  return (message.get(field) ?? []).map((bytes) => fields(bytes as Buffer));
}

/** A fixed64 field holds a double or an integer: the number of the field tells, not the wire. */
function doubleOf(value: Value | undefined): number | undefined {
  if (typeof value !== 'bigint') return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.readDoubleLE();
}

function fields(bytes: Buffer): Fields {
  const found = new Map<number, Value[]>();
  let place = 0;
  const varint = (): bigint => {
    const [value, next] = varintAt(bytes, place);
    place = next;
    return value;
  };
  const take = (wire: number): Value => {
    if (wire === 0) return varint();
    const length = wire === 1 ? 8 : wire === 5 ? 4 : Number(varint());
    const part = bytes.subarray(place, (place += length));
    if (part.length !== length) throw new Error(`a field of ${length} bytes is cut`);
    return wire === 1 ? part.readBigUInt64LE() : part;
  };
  while (place < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    found.set(number, [...(found.get(number) ?? []), take(tag & 7)]);
  }
  return found;
}

/** @returns the value, and where it ends */
function varintAt(bytes: Buffer, from: number): [bigint, number] {
  let value = 0n;
  for (let place = from, shift = 0n; ; shift += 7n) {
    const byte = bytes.readUInt8(place++);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, place];
  }
}

/** A packed field. */
function varints(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let place = 0; place < bytes.length; ) {
    const [value, next] = varintAt(bytes, place);
    found.push(Number(value));
    place = next;
  }
  return found;
}
