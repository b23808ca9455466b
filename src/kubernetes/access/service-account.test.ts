import { expect, it } from 'vitest';
import { apiServer, kubelet } from './service-account.ts';

it.each([
  ['10.0.0.7', '10.0.0.7', 10250],
  ['10.0.0.7:10251', '10.0.0.7', 10251],
  ['node-1.example', 'node-1.example', 10250],
  ['fd00::7', 'fd00::7', 10250],
  ['[fd00::7]', 'fd00::7', 10250],
  ['[fd00::7]:10251', 'fd00::7', 10251],
])('the kubelet at %s', (address, host, port) => {
  expect(kubelet({ address })).toMatchObject({ host, port });
});

it.each([
  [{}],
  [{ KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
  [{ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: 'tcp://10.0.0.1:443' }],
  [{ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }],
])('no API server without all of it: %j', (environment) => {
  expect(apiServer({ environment, folder: '/nowhere' })).toBeUndefined();
});
