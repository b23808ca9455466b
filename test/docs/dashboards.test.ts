import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asFile, DASHBOARDS, panelsOf } from '../../dashboards/source/index.ts';
import { CATALOGUE } from '../../src/metrics/catalogue/catalogue.ts';
import { prometheusName } from '../../src/metrics/catalogue/prometheus-name.ts';
import { at } from '../harness/paths.ts';
import { alertingRules, RULES } from './rules.ts';

const names = Object.keys(DASHBOARDS);
/** The part of a histogram's series that follows its name. */
const SUFFIX = /_(bucket|count|sum)$/;
const KNOWN = new Set(CATALOGUE.map((metric) => prometheusName(metric, metric.kind === 'updowncounter' ? 'gauge' : metric.kind)));

/** Metrics that an expression names and the catalogue does not. A regular expression of names stands for each of them. */
function unknownMetrics(text: string): string[] {
  const spelt = text.replace(/connwatch_tcp_connect_\(successes\|failures\)_total/g, 'connwatch_tcp_connect_successes_total connwatch_tcp_connect_failures_total');
  const named = spelt.match(/\b(?:connwatch|tcp|process|nodejs)_[a-z0-9_]+(?=[{[)\s,|"`]|$)/g) ?? [];
  const labels = new Set(CATALOGUE.flatMap(({ attributes }) => attributes.map((name) => name.replaceAll('.', '_'))));
  return named.filter((name) => !KNOWN.has(name) && !KNOWN.has(name.replace(SUFFIX, '')) && !labels.has(name));
}

describe.each(names)('the dashboard %s', (name) => {
  const dashboard = DASHBOARDS[name]!;
  const panels = panelsOf(dashboard);

  it.each(['dashboards', 'charts/connwatch/dashboards'])('is in %s (npm test -- test/docs -u writes it)', async (folder) => {
    await expect(asFile(dashboard)).toMatchFileSnapshot(join(at(folder), `${name}.json`));
  });

  it('works with any data source', () => {
    const source = { type: 'prometheus', uid: '${datasource}' };
    expect(dashboard.templating.list![0]).toMatchObject({ type: 'datasource', name: 'datasource', query: 'prometheus' });
    for (const { datasource, targets } of panels) expect([datasource, ...targets.map((target) => target.datasource)]).toEqual([source, ...targets.map(() => source)]);
    expect(dashboard.id).toBeUndefined();
  });

  it('numbers its panels and says what each shows', () => {
    const ids = dashboard.panels!.map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    for (const { title, description } of panels) expect([title, description]).toEqual([expect.stringMatching(/^[A-Z]/), expect.stringMatching(/\.$/)]);
  });

  it('names metrics of the catalogue only', () => {
    expect(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => unknownMetrics(expr)))).toEqual([]);
  });
});

it('so do the alerts and the queries', () => {
  expect(alertingRules().flatMap(({ expr }) => unknownMetrics(expr))).toEqual([]);
  expect(unknownMetrics(readFileSync(at('docs', 'queries.md'), 'utf8').replace(/^(?!.*connwatch_).*$/gm, ''))).toEqual([]);
  expect(unknownMetrics('sum(connwatch_tcp_connects_total{a="b"})')).toEqual(['connwatch_tcp_connects_total']);
});

it('each dashboard has its own uid', () => {
  expect(Object.values(DASHBOARDS).map(({ uid }) => uid)).toEqual(names.map((name) => `connwatch-${name}`));
});

it('the chart has the rules as they are (npm test -- test/docs -u writes them)', async () => {
  await expect(readFileSync(RULES, 'utf8')).toMatchFileSnapshot(at('charts', 'connwatch', 'alerts', 'connwatch.rules.yml'));
});
