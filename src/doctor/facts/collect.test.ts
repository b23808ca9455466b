import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { release } from 'node:os';
import { expect, it } from 'vitest';
import { collectFacts } from './collect.ts';

it('collects on any machine, with any privileges', async () => {
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  const metricsAddr = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const facts = await collectFacts({ metricsAddr, healthAddr: '127.0.0.1:0', ringSize: 1 << 20, bpfObject: undefined, attach: 'auto', syncFailures: 'auto', kubernetes: 'off', kubernetesPeers: 'off', nodeName: undefined, kubeletAddress: undefined, kubeletCaFile: undefined, kubeletInsecure: false }, { metrics: undefined, logs: undefined });
  taken.close();
  expect(facts).toMatchObject({ release: release(), pid: process.pid, status: { uid: process.geteuid?.() } });
  expect(facts.collectors).toEqual([]);
  expect(facts.ports).toEqual([
    { server: 'metrics', address: metricsAddr, problem: expect.objectContaining({ code: 'CW_PORT_IN_USE' }) },
    { server: 'health', address: '127.0.0.1:0' },
  ]);
});
