import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { Exposition } from './exposition.ts';
import { labelsOf } from './labels.ts';
import { leText, numberText } from './numbers.ts';
import type { Written } from './written.ts';

const time: [number, number] = [1, 0];
const TARGET = `# HELP target_info Resource of these metrics
# TYPE target_info gauge
target_info{service_name="connwatch"} 1
`;

function metric(name: string, more: Partial<Record<string, unknown>>, points: [object, unknown][]): MetricData {
  return {
    descriptor: { name, description: 'Says', unit: '', valueType: ValueType.INT, ...more },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    isMonotonic: true,
    dataPoints: points.map(([attributes, value]) => ({ startTime: time, endTime: time, attributes, value })),
    ...more,
  } as unknown as MetricData;
}

function collection(...metrics: MetricData[]): ResourceMetrics {
  const resource = resourceFromAttributes({ 'service.name': 'connwatch' });
  return { resource, scopeMetrics: metrics.map((each) => ({ scope: { name: 'x' }, metrics: [each] })) };
}

const textOf = ({ bytes }: Written): string => String(Buffer.concat(bytes));
const page = (...metrics: MetricData[]): string => textOf(new Exposition().writeAtOnce(collection(...metrics)));

describe('Exposition', () => {
  it('writes gauges and counters with their suffixes', () => {
    const sum = { dataPointType: DataPointType.SUM, unit: 'By' };
    const text = page(
      metric('a.b', { unit: 's' }, [[{}, 1.5], [{ 'x.y': 'z' }, -2]]),
      metric('c.d', sum, [[{ n: 1, ok: true }, 12345678901]]),
      metric('e', { ...sum, isMonotonic: false }, [[{}, 0]]),
    );
    expect(text).toBe(`${TARGET}# HELP a_b_seconds Says
# TYPE a_b_seconds gauge
a_b_seconds 1.5
a_b_seconds{x_y="z"} -2
# HELP c_d_bytes_total Says
# TYPE c_d_bytes_total counter
c_d_bytes_total{n="1",ok="true"} 12345678901
# HELP e_bytes Says
# TYPE e_bytes gauge
e_bytes 0
`);
  });

  it('writes histograms cumulatively', () => {
    const value = { buckets: { boundaries: [0.005, 1], counts: [2, 0, 1] }, sum: 7.25, count: 3 };
    const text = page(metric('h', { dataPointType: DataPointType.HISTOGRAM, unit: 's' }, [[{ a: 'b' }, value], [{}, value]]));
    expect(text).toBe(`${TARGET}# HELP h_seconds Says
# TYPE h_seconds histogram
h_seconds_bucket{a="b",le="0.005"} 2
h_seconds_bucket{a="b",le="1"} 2
h_seconds_bucket{a="b",le="+Inf"} 3
h_seconds_sum{a="b"} 7.25
h_seconds_count{a="b"} 3
h_seconds_bucket{le="0.005"} 2
h_seconds_bucket{le="1"} 2
h_seconds_bucket{le="+Inf"} 3
h_seconds_sum 7.25
h_seconds_count 3
`);
  });

  it('leaves out families without points, and what the format cannot say', () => {
    const exponential = { dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM };
    expect(page(metric('a', {}, []), metric('b', exponential, [[{}, {}]]))).toBe(TARGET);
  });

  it('orders families as the catalogue does, others last', () => {
    const order = ['x', 'process.start_time', 'connwatch.tcp.accepts'].map((name) => metric(name, {}, [[{}, 1]]));
    expect(page(...order).match(/^[a-z_]+ 1$/gm)).toEqual(['connwatch_tcp_accepts 1', 'process_start_time 1', 'x 1']);
  });

  it('escapes help texts', () => {
    expect(page(metric('a', { description: 'a\\b\nc "d"' }, [[{}, 1]]))).toContain('# HELP a a\\\\b\\nc "d"\n');
  });

  it('writes the same page again from its caches, and larger pages as well', () => {
    const exposition = new Exposition();
    const points = Array.from({ length: 3000 }, (_, index): [object, number] => [{ index, name: 'ü"\\\n' }, index * 7919]);
    const data = collection(metric('a', {}, points));
    const first = textOf(exposition.writeAtOnce(data));
    expect(textOf(exposition.writeAtOnce(collection(metric('a', {}, points))))).toBe(first);
    expect(first.split('\n').length).toBe(3000 + 3 + 2 + 1);
    expect(first).toContain('\na{index="2999",name="ü\\"\\\\\\n"} 23749081\n');
  });
});

it('keeps each line with its series when series come, go and change places', () => {
  const exposition = new Exposition();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((n) => ({ n }));
  const lines = (...points: object[]): string[] => {
    const data = collection(metric('m', {}, points.map((point, index) => [point, index])));
    return textOf(exposition.writeAtOnce(data)).match(/^m.*$/gm) ?? [];
  };
  expect(lines(a!, b!, c!)).toEqual(['m{n="a"} 0', 'm{n="b"} 1', 'm{n="c"} 2']);
  expect(lines(a!, c!)).toEqual(['m{n="a"} 0', 'm{n="c"} 1']);
  expect(lines(a!, d!, c!)).toEqual(['m{n="a"} 0', 'm{n="d"} 1', 'm{n="c"} 2']);
  expect(lines(c!, a!, d!)).toEqual(['m{n="c"} 0', 'm{n="a"} 1', 'm{n="d"} 2']);
  expect(lines({ n: 'c' }, b!)).toEqual(['m{n="c"} 0', 'm{n="b"} 1']);
  expect(lines()).toEqual([]);
  expect(lines(b!)).toEqual(['m{n="b"} 0']);
});

describe('labelsOf', () => {
  it.each([
    [{}, ''],
    [{ 'server.port': 443 }, 'server_port="443"'],
    [{ a: 'quote " backslash \\ newline \n' }, 'a="quote \\" backslash \\\\ newline \\n"'],
    [{ a: '\\xff' }, 'a="\\\\xff"'],
    [{ '9a': 'x' }, '_9a="x"'],
    [{ a: ['x', 1] as never }, 'a="[\\"x\\",1]"'],
    [{ 'x_y': 'second', 'x.y': 'first', z: '' }, 'x_y="first;second",z=""'],
    [{ a: undefined }, ''],
  ])('%o', (attributes, expected) => {
    expect(labelsOf(attributes)).toBe(expected);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [9, '9'],
    [10, '10'],
    [999_999_999, '999999999'],
    [1_000_000_000, '1000000000'],
    [2 ** 53, '9007199254740992'],
    [1e20, '100000000000000000000'],
    [0.1, '0.1'],
    [-1, '-1'],
    [1.5e-7, '1.5e-7'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
  ])('%d is written %s', (value, text) => {
    expect(numberText(value)).toBe(text);
    expect(page(metric('a', {}, [[{}, value]]))).toBe(`${TARGET}# HELP a Says\n# TYPE a gauge\na ${text}\n`);
  });
});

it.each([
  [50e-6, '5e-05'],
  [2.5e-7, '2.5e-07'],
  [1e-100, '1e-100'],
  [1e-4, '0.0001'],
  [0.001, '0.001'],
  [0, '0'],
  [1, '1'],
  [7.2, '7.2'],
  [604_800, '604800'],
  [Infinity, '+Inf'],
])('the bound %d is written %s, as Go does', (bound, text) => {
  expect(leText(bound)).toBe(text);
});

describe('a long page', () => {
  const many = (value: number) => collection(metric('m', {}, Array.from({ length: 100_000 }, (_, i) => [attributes[i]!, value] as [object, unknown])));
  const attributes = Array.from({ length: 100_000 }, (_, i) => ({ i }));

  it('is written in pieces, between which the event loop goes on, and is the same', async () => {
    const exposition = new Exposition();
    let turns = 0;
    let done = false;
    const turn = () => (turns++, done || setImmediate(turn));
    setImmediate(turn);
    const written = await exposition.write(many(1));
    done = true;
    expect(turns).toBeGreaterThan(1);
    expect(textOf(written) === textOf(new Exposition().writeAtOnce(many(1)))).toBe(true);
  });

  it('has the same bytes of a metric until its points are others', async () => {
    const exposition = new Exposition();
    const [long, short] = [many(1), metric('short', {}, [[{}, 7]])];
    const both = collection(...long.scopeMetrics[0]!.metrics, short);
    const [before, same] = [await exposition.write(both), await exposition.write(both)];
    const after = await exposition.write(many(2));
    expect(before.parts.map(({ bytes }) => bytes.length)).toEqual([TARGET.length, expect.any(Number), '# HELP short Says\n# TYPE short gauge\nshort 7\n'.length]);
    expect(same.parts[1]).toBe(before.parts[1]);
    expect(textOf(same)).toBe(textOf(before));
    expect(textOf(after).match(/ 2$/gm)).toHaveLength(100_000);
    // A page that is still being sent keeps its values.
    expect(textOf(before).match(/^m.* 1$/gm)).toHaveLength(100_000);
  });

  it('is written after the one before', async () => {
    const exposition = new Exposition();
    const bodies = await Promise.all([exposition.write(many(1)), exposition.write(collection()), exposition.write(many(2))]);
    expect(bodies.map((body) => textOf(body).match(/ 1$/gm)?.length)).toEqual([100_001, 1, 1]);
    expect(textOf(bodies[2]).match(/ 2$/gm)).toHaveLength(100_000);
  });

  it('that cannot be written does not stop the next one', async () => {
    const exposition = new Exposition();
    const broken = exposition.write({} as ResourceMetrics);
    const next = exposition.write(collection());
    await expect(broken).rejects.toThrow();
    expect(textOf(await next)).toBe(TARGET);
  });
});
