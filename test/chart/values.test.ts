import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { at } from '../harness/host.ts';
import { chart } from './helm.ts';
import { withValuesTable } from './readme.ts';
import { valuesFile, valuesOf } from './values.ts';

const values = valuesOf(valuesFile);

it.each(values)('$path has a comment of whole sentences', ({ comment }) => {
  expect(comment).toMatch(/^\S.*[.:\w}\])]$/);
});

it('finds a value without a comment', () => {
  const found = valuesOf('# A.\na:\n  # B.\n  b: 1\n\n  c: {}\n# D\n# two.\nd: [1]\n');
  expect(found.map(({ path, comment, fallback }) => [path, comment, fallback])).toEqual([
    ['a', 'A.', '{"b":1,"c":{}}'],
    ['a.b', 'B.', '1'],
    ['a.c', '', '{}'],
    ['d', 'D two.', '[1]'],
  ]);
});

type Schema = { readonly $ref?: string; readonly pattern?: string; readonly properties?: Readonly<Record<string, Schema>> };
const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Schema & { readonly definitions: Readonly<Record<string, Schema>> };

/** What the schema knows at a path. */
function propertiesAt(path: string): string[] {
  const resolved = (one: Schema) => (one.$ref === undefined ? one : schema.definitions[one.$ref.split('/').at(-1)!]!);
  const found = path.split('.').reduce<Schema>((one, key) => resolved(resolved(one).properties?.[key] ?? {}), schema);
  return Object.keys(found.properties ?? {});
}

// Fields of Kubernetes' own objects are the API's to explain: the schema lists them so that a misspelt one is refused.
const OF_KUBERNETES = /^(podSecurityContext|securityContext|resources|updateStrategy|probes)\b|^affinity$/;

describe('values.schema.json', () => {
  it('knows no value that values.yaml does not show', () => {
    const hidden = values
      .filter(({ path, isGroup }) => isGroup && !OF_KUBERNETES.test(path) && path !== 'config' && path !== 'nodeSelector')
      .flatMap(({ path }) => propertiesAt(path).map((key) => `${path}.${key}`))
      .filter((path) => !values.some((value) => value.path === path));
    expect(hidden).toEqual([]);
    const top = Object.keys(schema.properties!).filter((key) => !values.some(({ path }) => path === key));
    expect(top).toEqual(['global', 'enabled']);
  });
});

/** Of images as container runtimes take them, without tag and digest, which are values of their own. */
it.each([
  ['connwatch', true],
  ['ghcr.io/connwatch/connwatch', true],
  ['localhost:5000/tools/conn_watch', true],
  ['Registry.example.com/a.b/c--d__e', true],
  ['', false],
  ['https://registry/x', false],
  ['registry:5000', false],
  ['registry/x:1.0', false],
  ['registry/x@sha256', false],
  ['registry/X', false],
  ['registry//x', false],
  ['registry/x/', false],
])('image.repository may be %j: %j', (repository, taken) => {
  const { pattern } = schema.properties!['image']!.properties!['repository']!;
  expect(new RegExp(pattern!).test(repository)).toBe(taken);
});

it('README.md has the values as they are (npm test -- test/chart -u writes it)', async () => {
  const path = join(chart, 'README.md');
  await expect(withValuesTable(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
});

it('the chart has the version of the program', () => {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };
  expect(parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version });
});

it('the probes have the figures of docs/health.md, which are those of ebpf-testing', () => {
  const { probes } = parse(valuesFile) as { probes: Record<string, Record<string, number>> };
  const figures = (name: string) => ['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'].map((key) => probes[name]![key]);
  expect(figures('liveness')).toEqual([30, 10, 5, 3]);
  expect(figures('readiness')).toEqual([10, 5, 3, 3]);
  expect(figures('startup')).toEqual([5, 2, 3, 30]);
});
