import { expect, it } from 'vitest';
import { OPENMETRICS } from './openmetrics.ts';
import { TEXT } from './format.ts';

it.each([
  [{ type: 'counter', sample: 'a_bytes_total', unit: 'bytes', help: 'Says "a"\nor \\' }, '# TYPE a_bytes counter\n# UNIT a_bytes bytes\n# HELP a_bytes Says \\"a\\"\\nor \\\\\n', 'a_bytes_created'],
  [{ type: 'counter', sample: 'a_total', unit: undefined, help: '' }, '# TYPE a counter\n', 'a_created'],
  [{ type: 'gauge', sample: 'a_info', unit: undefined, help: 'h' }, '# TYPE a info\n# HELP a h\n', undefined],
  [{ type: 'gauge', sample: 'a_seconds_p50', unit: 'seconds', help: '' }, '# TYPE a_seconds_p50 gauge\n', undefined],
  [{ type: 'gauge', sample: 'a_ratio', unit: 'ratio', help: '' }, '# TYPE a_ratio gauge\n# UNIT a_ratio ratio\n', undefined],
  [{ type: 'histogram', sample: 'a_seconds', unit: 'seconds', help: '' }, '# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n', 'a_seconds_created'],
] as const)('the header of %o', (naming, header, created) => {
  expect(OPENMETRICS.header(naming)).toBe(header);
  expect(OPENMETRICS.created(naming)).toBe(created);
  expect(TEXT.header(naming)).not.toContain('UNIT');
  expect(TEXT.created(naming)).toBeUndefined();
});

it.each([
  [0, '0.0'],
  [1, '1.0'],
  [604_800, '604800.0'],
  [7.2, '7.2'],
  [50e-6, '5e-05'],
  [1e-4, '0.0001'],
  [Infinity, '+Inf'],
])('the bound %d is written %s', (bound, text) => {
  expect(OPENMETRICS.le(bound)).toBe(text);
});
