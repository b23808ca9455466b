import { readFileSync } from 'node:fs';
import type { IConfigMap } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { asFile, DASHBOARDS } from '../../dashboards/source/index.ts';
import { at } from '../harness/host.ts';
import { must } from '../harness/run.ts';
import { noPrometheus, prometheusProgram } from '../harness/scrape/prometheus.ts';
import { because, helms, noHelm, render, withFile } from './helm.ts';
import { validate } from './kubernetes.ts';
import { manifestsOf } from './manifests.ts';

/** Objects of a kind whose names begin with a text. */
const objects = (rendered: string, kind: string, name: string) => manifestsOf(rendered).filter((each) => each.kind === kind && each.metadata.name.startsWith(name));

describe.skipIf(noHelm)(`alerts and dashboards${because}`, () => {
  it('are off by default', async () => {
    const rendered = await render(helms[0]!, {});
    expect([objects(rendered, 'PrometheusRule', ''), objects(rendered, 'ConfigMap', 'connwatch-dashboard')]).toEqual([[], []]);
  });

  it.each(helms)('a ConfigMap has each dashboard, unchanged, with the label of the sidecar: Helm $version', async (helm) => {
    const dashboards = { enabled: true, namespace: 'monitoring', annotations: { grafana_folder: 'connwatch' } };
    const found = objects(await render(helm, { dashboards }), 'ConfigMap', 'connwatch-dashboard') as unknown as IConfigMap[];
    const files = found.map(({ data }) => data!);
    expect(Object.assign({}, ...files)).toEqual(Object.fromEntries(Object.entries(DASHBOARDS).map(([name, dashboard]) => [`connwatch-${name}.json`, asFile(dashboard)])));
    expect(found.map(({ metadata }) => metadata!.name).sort()).toEqual(Object.keys(DASHBOARDS).map((name) => `connwatch-dashboard-${name}`).sort());
    for (const map of found) {
      validate(map as never);
      expect(map.metadata).toMatchObject({ namespace: 'monitoring', labels: { grafana_dashboard: '1' }, annotations: { grafana_folder: 'connwatch' } });
    }
  });

  it.skipIf(noPrometheus)('promtool has no finding in the rules, whose runbooks are where the documentation is', async () => {
    const [rule] = objects(await render(helms[0]!, { prometheusRule: { enabled: true, labels: { release: 'p' }, documentation: 'https://git.example/cw/' } }), 'PrometheusRule', 'connwatch');
    const { spec, metadata } = rule as unknown as { spec: { groups: { rules: { annotations: Record<string, string> }[] }[] }; metadata: object };
    expect(metadata).toMatchObject({ labels: { release: 'p' } });
    const runbooks = spec.groups.flatMap(({ rules }) => rules.map(({ annotations }) => annotations['runbook_url']));
    expect(runbooks.filter((url) => !url?.startsWith('https://git.example/cw/docs/alerts.md#connwatch'))).toEqual([]);
    expect(await withFile(stringify(spec), (path) => must([prometheusProgram('promtool')!, 'check', 'rules', path]))).toContain(`${runbooks.length} rules found`);
    // Nothing else differs from the file.
    const file = readFileSync(at('alerts', 'connwatch.rules.yml'), 'utf8').replaceAll('runbook_url: docs/', 'runbook_url: https://git.example/cw/docs/');
    expect(spec).toEqual(parse(file));
  });
});
