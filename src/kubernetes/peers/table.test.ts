import { describe, expect, it } from 'vitest';
import { type Node, nodeOf, type Service, serviceOf, type Slice, sliceOf } from '../objects/service.ts';
import { Names } from './names.ts';
import { PeerTable } from './table.ts';

const service = (name: string, spec: object, status: object = {}) => ({ metadata: { name, namespace: 'shop' }, spec, status });
const slice = (name: string, of: string, addresses: readonly string[], ...ports: number[]) => ({
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: ports.map((port) => ({ name: '', port, protocol: 'TCP' })),
});
const node = (name: string, ip: string) => ({ metadata: { name }, status: { addresses: [{ type: 'InternalIP', address: ip }, { type: 'Hostname', address: name }] } });

function tableOf({ services = [], slices = [], nodes = [] }: { services?: object[]; slices?: object[]; nodes?: object[] }): PeerTable {
  const table = new PeerTable();
  for (const one of services) table.services.set(serviceOf(one) as Service);
  for (const one of slices) table.slices.set(sliceOf(one) as Slice);
  for (const one of nodes) table.nodes.set(nodeOf(one) as Node);
  return table;
}

const payments = service('payments', { type: 'LoadBalancer', clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00::7'], externalIPs: ['192.0.2.1'], ports: [{ port: 443, nodePort: 30443, protocol: 'TCP' }, { port: 53, nodePort: 30053, protocol: 'UDP' }] }, { loadBalancer: { ingress: [{ ip: '203.0.113.9' }, { hostname: 'lb.example' }] } });

describe('a Service', () => {
  const table = tableOf({ services: [payments], nodes: [node('node-1', '10.0.0.1')] });

  it.each([
    ['its ClusterIP', '10.96.0.7', 443, 'payments.shop.svc'],
    ['its other ClusterIP', 'fd00::7', 443, 'payments.shop.svc'],
    ['its external IP', '192.0.2.1', 443, 'payments.shop.svc'],
    ['its load balancer', '203.0.113.9', 443, 'payments.shop.svc'],
    ['its port of a node', '10.0.0.1', 30443, 'payments.shop.svc'],
    ['a port that it does not have', '10.96.0.7', 444, 'payments.shop.svc'],
    ['a port that it does not have at an address of others too', '203.0.113.9', 444, undefined],
    ['its UDP port of a node', '10.0.0.1', 30053, 'node-1.node'],
    ['another address', '10.96.0.8', 443, undefined],
    ['its port at another address', '10.0.0.2', 30443, undefined],
  ])('is known by %s', (_, address, port, name) => {
    expect(table.of(address, port)).toBe(name);
  });
});

it('at an address that others have too counts by its port', () => {
  const at = (ip: string) => ({ loadBalancer: { ingress: [{ ip }] } });
  const [admin, web, traefik] = [
    service('admin', { clusterIP: '10.96.0.8', ports: [{ port: 8443 }] }, at('203.0.113.9')),
    service('web', { clusterIP: '10.96.0.9', externalIPs: ['2001:DB8:0:0::1'], ports: [{ port: 27443 }] }, at('203.0.113.9')),
    service('traefik', { clusterIP: '10.96.0.10', ports: [{ port: 443 }] }, at('10.0.0.1')),
  ];
  const table = tableOf({ services: [admin, web, traefik], nodes: [node('node-1', '10.0.0.1'), node('node-2', 'FD00:0::5')] });
  expect([8443, 27443, 1].map((port) => table.of('203.0.113.9', port))).toEqual(['admin.shop.svc', 'web.shop.svc', undefined]);
  expect([443, 22].map((port) => table.of('10.0.0.1', port))).toEqual(['traefik.shop.svc', 'node-1.node']);
  expect([table.of('2001:db8::1', 27443), table.of('fd00::5', 1)]).toEqual(['web.shop.svc', 'node-2.node']);
});

describe('endpoints', () => {
  it('are their Service, also of a headless one', () => {
    const table = tableOf({ slices: [slice('db-x', 'db', ['10.1.0.5', '10.1.0.6'], 5432), slice('db-y', 'db', ['10.1.0.7'], 5432)] });
    expect(['10.1.0.5', '10.1.0.6', '10.1.0.7', '10.1.0.8'].map((address) => table.of(address, 5432))).toEqual(['db.shop.svc', 'db.shop.svc', 'db.shop.svc', undefined]);
    // A pod has its address for itself.
    expect(table.of('10.1.0.5', 9187)).toBe('db.shop.svc');
  });

  it('are told apart by the port where pods stand behind several Services, else by the alphabet', () => {
    const table = tableOf({ slices: [slice('web', 'web', ['10.1.0.5'], 80), slice('admin', 'admin', ['10.1.0.5'], 81), slice('all', 'all', ['10.1.0.5'], 80, 81)] });
    expect([table.of('10.1.0.5', 80), table.of('10.1.0.5', 81), table.of('10.1.0.5', 82)]).toEqual(['all.shop.svc', 'admin.shop.svc', 'admin.shop.svc']);
    table.slices.delete('shop/all');
    expect([table.of('10.1.0.5', 80), table.of('10.1.0.5', 82)]).toEqual(['web.shop.svc', 'admin.shop.svc']);
  });

  it('on the network of their node count by their port only', () => {
    const table = tableOf({ slices: [slice('exporter', 'exporter', ['10.0.0.1'], 9100)], nodes: [node('node-1', '10.0.0.1')] });
    expect([table.of('10.0.0.1', 9100), table.of('10.0.0.1', 10250)]).toEqual(['exporter.shop.svc', 'node-1.node']);
  });
});

describe('what changes', () => {
  it('forgets the addresses that are gone', () => {
    const table = tableOf({ slices: [slice('db-x', 'db', ['10.1.0.5', '10.1.0.6'], 5432)] });
    table.slices.set(sliceOf(slice('db-x', 'db', ['10.1.0.6'], 5433))!);
    expect([table.of('10.1.0.5', 5432), table.of('10.1.0.6', 5433)]).toEqual([undefined, 'db.shop.svc']);
    table.slices.replace([]);
    expect([table.of('10.1.0.6', 5433), table.slices.size]).toEqual([undefined, 0]);
  });

  it('takes an address that goes from one Service to another', () => {
    const table = tableOf({ services: [service('old', { clusterIP: '10.96.0.7', ports: [{ port: 80 }] })] });
    table.services.set(serviceOf(service('new', { clusterIP: '10.96.0.7', ports: [{ port: 80 }] }))!);
    table.services.delete('shop/old');
    expect(table.of('10.96.0.7', 80)).toBe('new.shop.svc');
  });
});

describe('objects', () => {
  it.each<[string, (object: unknown) => unknown, unknown]>([
    ['a headless Service', serviceOf, service('db', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 5432 }] })],
    ['a Service that is another name', serviceOf, service('db', { type: 'ExternalName', externalName: 'db.example' })],
    ['a Service without a specification', serviceOf, { metadata: { name: 'x', namespace: 'y' } }],
    ['a port that is a word', serviceOf, service('x', { clusterIP: '10.0.0.1', ports: [{ port: 'http' }] })],
    ['a slice of no Service', sliceOf, { ...slice('x', 'y', ['10.1.0.1'], 1), metadata: { name: 'x', namespace: 'shop' } }],
    ['endpoints that are a text', sliceOf, { ...slice('x', 'y', []), endpoints: 'all' }],
    ['a node without a name', nodeOf, { metadata: {} }],
    ['null', nodeOf, null],
  ])('%s has no address', (_, parse, object) => {
    expect(parse(object)).toBeUndefined();
  });

  it('may have null in the place of lists', () => {
    expect(sliceOf({ ...slice('x', 'y', []), endpoints: null, ports: null })).toEqual({ key: 'shop/x', service: 'shop/y', addresses: [], ports: [] });
  });
});

it('Names keeps as many as were added, and gives the first in the alphabet', () => {
  const names = new Names<string>();
  for (const one of ['b', 'a', 'a', 'c']) names.add('x', one);
  const seen: (string | undefined)[] = [];
  for (const one of ['a', 'z', 'a', 'b', 'c', 'c']) {
    seen.push(names.get('x'));
    names.remove('x', one);
  }
  expect(seen).toEqual(['a', 'a', 'a', 'b', 'c', undefined]);
  expect(names.size).toBe(0);
});
