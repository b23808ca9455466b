import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { at } from '../harness/paths.ts';
import { run } from '../harness/run.ts';
import { noPrometheus, prometheusProgram } from '../harness/scrape/prometheus.ts';
import { anchors } from './links.ts';
import { alertingRules, EDGE_TESTS, EDGES, firedInTests, JOIN_TESTS, RULES, RULE_TESTS } from './rules.ts';

const rules = alertingRules();
const names = rules.map(({ alert }) => alert);

it.skipIf(noPrometheus).each([
  ['check', RULES],
  ['test', RULE_TESTS],
  ['check', EDGES],
  ['test', EDGE_TESTS],
  ['test', JOIN_TESTS],
])(`promtool %s rules has no finding${noPrometheus === undefined ? '' : ` (${noPrometheus})`}`, async (what, file) => {
  const { code, stdout, stderr } = await run([prometheusProgram('promtool')!, what, 'rules', file]);
  expect({ code, output: `${stdout}${stderr}` }).toMatchObject({ code: 0 });
}, 60_000);

it('each alert fires in a test', () => {
  expect([...firedInTests()].sort()).toEqual([...names].sort());
});

it('each alert has a runbook in docs/alerts.md, and each runbook an alert', () => {
  const page = readFileSync(at('docs', 'alerts.md'), 'utf8');
  expect([...page.matchAll(/^### (.+)$/gm)].map(([, title]) => title)).toEqual(names);
  for (const { annotations } of rules) {
    const [path, anchor] = annotations['runbook_url']!.split('#');
    expect([path, anchors(page).has(anchor!)]).toEqual(['docs/alerts.md', true]);
  }
});

it.each(rules)('$alert has a severity and says what is wrong', ({ labels, annotations }) => {
  expect(labels['severity']).toMatch(/^(critical|warning|info)$/);
  expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
});
