import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { configFileOf, containerOf, podOf } from '../chart/manifests.ts';
import { Agent } from '../harness/agent.ts';
import { at, describeKernel } from '../harness/host.ts';
import { Certificates, noOpenssl } from './certificates.ts';
import { Receiver } from './receiver.ts';

const rendered = readFileSync(at('charts', 'connwatch', 'examples', 'otlp', 'rendered.yaml'), 'utf8');
const NODE: Readonly<Record<string, string>> = { 'spec.nodeName': 'node-7.example', 'status.hostIP': '127.0.0.1' };

type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The container's variables, as a kubelet makes them. None is of a Secret: those are files. */
function environmentOf(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of containerOf(rendered).env!) {
    const field = valueFrom?.fieldRef?.fieldPath;
    if (field !== undefined) environment[name] = NODE[field]!;
    else environment[name] = value!.replace(/\$\((\w+)\)/g, (_, other: string) => environment[other]!);
  }
  return environment;
}

/** The container's one volume, as files below `folder`. */
function writeVolume(folder: string, secrets: Secrets): void {
  const volume = podOf(rendered).volumes!.find(({ name }) => name === 'files');
  const { sources, defaultMode } = volume!.projected!;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), defaultMode!);
  };
  for (const { configMap, secret } of sources!) {
    if (configMap !== undefined) write('config.yaml', configFileOf(rendered));
    for (const { key, path } of secret?.items ?? []) write(path, secrets[secret!.name!]![key]!);
  }
}

const title = 'with what the chart gives its container, the agent starts and pushes';

describeKernel('the chart', () => {
  it.skipIf(noOpenssl)(`${title}${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, async () => {
    using certificates = await Certificates.make();
    const pem = (name: string) => readFileSync(certificates.path(name), 'utf8');
    const secrets = {
      'connwatch-otlp': { headers: 'authorization=Bearer%20from-a-secret' },
      'collector-ca': { 'ca.crt': pem('ca.pem') },
      'connwatch-client': { 'tls.crt': pem('client.pem'), 'tls.key': pem('client.key') },
    };
    // Who shows no certificate is turned away.
    const credentials = ServerCredentials.createSsl(Buffer.from(pem('ca.pem')), [{ private_key: Buffer.from(pem('server.key')), cert_chain: Buffer.from(pem('server.pem')) }], true);
    await using receiver = await Receiver.start({ credentials });
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-volume-'));
    try {
      writeVolume(folder, secrets);
      const [mount] = containerOf(rendered).volumeMounts!;
      const moved = Object.entries(environmentOf()).map(([name, value]) => [name, value.replace(mount!.mountPath, folder)]);
      const here = { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${receiver.port}` };
      await using agent = await Agent.start({ env: { ...(Object.fromEntries(moved) as Record<string, string>), ...here } });
      // The interval is the chart's: a short one is a short time-out, which a TLS handshake may miss on a busy machine.
      await agent.logs.line({ msg: 'metrics are pushed' });

      const { headers, resource } = receiver.requests[0]!;
      const attributes = {
        'service.instance.id': 'node-7.example',
        'host.name': 'node-7.example',
        'k8s.node.name': 'node-7.example',
        'k8s.cluster.name': 'production',
        'deployment.environment.name': 'pre production, 50 %',
      };
      expect(headers).toMatchObject({ authorization: 'Bearer from-a-secret' });
      expect(readFileSync(`/proc/${agent.pid}/environ`, 'utf8')).not.toContain('from-a-secret');
      expect(resource).toMatchObject(attributes);
      const page = await agent.scrape();
      const labels = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.replaceAll('.', '_'), value]));
      expect(page.select('target_info')[0]!.labels).toMatchObject(labels);
      // From the file.
      expect(page.value('connwatch_series_limit', { family: 'connwatch.tcp.connections' })).toBe(1_000_000);
      expect(page.value('connwatch_ring_size_bytes')).toBe(32 * 1024 * 1024);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  // Which build/test-tools/confine leaves to the agent of all kernel tests.
  it('gives the privileges with which these tests run', () => {
    expect(containerOf(rendered).securityContext).toMatchObject({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['BPF', 'PERFMON'] },
    });
  });
});
