import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartSettings } from '../../src/config/generated/chart.ts';
import { agentEnvironment } from '../harness/environment.ts';
import { at } from '../harness/host.ts';
import { run } from '../harness/run.ts';
import { because, examples, helms, noHelm, render, withFile } from './helm.ts';
import { configFileOf, containerOf } from './manifests.ts';

const node = at('node_modules', `node-linux-${process.arch}`, 'bin', 'node');

/** What the real program makes of a file that CONNWATCH_CONFIG names, as the container's variable does. */
async function effective(file: string): Promise<Record<string, unknown>> {
  const variables = { ...agentEnvironment(), CONNWATCH_CONFIG: file };
  const env = Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const { code, stdout, stderr } = await run(['env', '-i', ...env, node, at('dist', 'connwatch.js'), 'config']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return parse(stdout) as Record<string, unknown>;
}

describe('connwatch takes the file that the chart makes', () => {
  it.each(examples)('of the example $name, and means the same', async ({ values }) => {
    const rendered = readFileSync(join(dirname(values), 'rendered.yaml'), 'utf8');
    const { config = {} } = parse(readFileSync(values, 'utf8')) as { config?: Record<string, unknown> };
    // Text, because 33554432 and 32MiB are one size.
    const given = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value === 33554432 ? '32MiB' : value]));
    expect(await withFile(configFileOf(rendered), effective)).toMatchObject(given);
  });

  it.skipIf(noHelm)(`with every setting at its example${because}`, async () => {
    const examples = Object.fromEntries(chartSettings().map(({ name, example }) => [name, example]));
    const compare = async (headers: string, web: string) => {
      // These two must be there: the program reads them, the headers because the example also says that something is pushed.
      // And the chart refuses a protected health port, which the kubelet cannot probe.
      const config = { ...examples, 'otlp-headers-file': headers, 'web-config-file': web, 'web-config-health': false };
      for (const helm of helms) {
        // The example of shutdown-timeout is as long as a pod is given.
        const rendered = await render(helm, { config, terminationGracePeriodSeconds: 60, hostNetwork: true, service: { enabled: false } });
        expect(await withFile(configFileOf(rendered), effective)).toEqual(config);
      }
    };
    await withFile('key=value', (headers) => withFile('http_server_config: {}', (web) => compare(headers, web)));
  });
});

describe.skipIf(noHelm)(`ports follow from the two addresses${because}`, () => {
  const values = { config: { 'metrics-addr': '0.0.0.0:19090', 'health-addr': '[::]:18080' }, serviceMonitor: { enabled: true }, networkPolicy: { enabled: true } };

  it('of container, probes, Service, monitor and NetworkPolicy', async () => {
    const rendered = await render(helms[0]!, values);
    const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf(rendered);
    expect(ports).toEqual([
      { name: 'metrics', containerPort: 19090 },
      { name: 'health', containerPort: 18080 },
    ]);
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) expect(probe?.httpGet).toMatchObject({ port: 'health' });
    expect(rendered).toContain('port: 19090\n      targetPort: metrics');
    expect(rendered).not.toMatch(/\b(9090|8080)\b/);
  });

  it('and the NetworkPolicy has the port of the kubelet that is given', async () => {
    const portsOf = async (config: object) => [...(await render(helms[0]!, { config, networkPolicy: { enabled: true } })).matchAll(/protocol: TCP, port: (\d+) /g)].map(([, port]) => Number(port));
    expect(await portsOf({ kubernetes: 'kubelet' })).toEqual([443, 6443, 10250]);
    expect(await portsOf({ kubernetes: 'kubelet', 'kubelet-address': '[fd00::7]:10260' })).toEqual([443, 6443, 10250, 10260]);
  });

  it('in the notes too', async ({ skip }) => {
    const helm = helms.find(({ version }) => version.startsWith('4.'));
    if (helm === undefined) skip('Helm 3 wants a cluster for this');
    const notes = await withFile(JSON.stringify(values), async (path) => {
      const { code, stdout } = await run([helm!.program, 'install', 'connwatch', at('charts', 'connwatch'), '--dry-run=client', '--values', path]);
      expect(code).toBe(0);
      return stdout.slice(stdout.indexOf('NOTES:'));
    });
    expect(notes).toContain('http://localhost:19090/metrics');
    expect(notes).toContain('port-forward daemonset/connwatch 19090');
    expect(notes).not.toContain('Nothing collects');
  });

  it('and a probe is left out when it has no figures', async () => {
    const { startupProbe, livenessProbe } = containerOf(await render(helms[0]!, { probes: { startup: null } }));
    expect(startupProbe).toBeUndefined();
    expect(livenessProbe).toBeDefined();
  });
});
