import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { at } from '../harness/host.ts';
import { run } from '../harness/run.ts';
import { prometheusProgram } from '../harness/scrape/prometheus.ts';

const RULES = 'rules.yaml';
/** Refusals of two metrics, one of which stands still, and of a node whose series are new. */
const TESTS = `rule_files: [${RULES}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'connwatch_series_refused_total{instance="a", family="connwatch.tcp.connect.attempts"}'
        values: '0x5 7+3x30'
      - series: 'connwatch_series_refused_total{instance="a", family="connwatch.tcp.accepts"}'
        values: '5x40'
      - series: 'connwatch_series_refused_total{instance="b", family="tcp.connects_by_pid"}'
        values: '0x40'
    alert_rule_test:
      - eval_time: 5m
        alertname: ConnwatchSeriesLimit
      - eval_time: 30m
        alertname: ConnwatchSeriesLimit
        exp_alerts:
          - exp_labels: { instance: a, family: connwatch.tcp.connect.attempts }
            exp_annotations: { summary: "connwatch.tcp.connect.attempts on a has no room for new series: they count as otel_metric_overflow" }
`;

it.skipIf(prometheusProgram('promtool') === undefined)('the alert of docs/operations.md fires for a metric without room, and for no other', async () => {
  const rule = /```yaml\n(- alert: [\s\S]*?)```/.exec(readFileSync(at('docs', 'operations.md'), 'utf8'))?.[1] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'connwatch-rules-'));
  try {
    await writeFile(join(folder, RULES), `groups:\n  - name: connwatch\n    rules:\n${rule.replace(/^/gm, '      ')}\n`);
    await writeFile(join(folder, 'tests.yaml'), TESTS);
    const { code, stdout, stderr } = await run([prometheusProgram('promtool')!, 'test', 'rules', join(folder, 'tests.yaml')]);
    expect({ code, output: `${stdout}${stderr}` }).toMatchObject({ code: 0 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
