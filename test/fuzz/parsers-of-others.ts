import fc from 'fast-check';
import { readWebConfig } from '../../src/config/web/read.ts';
import { Invalid } from '../../src/internal/invalid.ts';
import { podOf } from '../../src/kubernetes/objects/pod.ts';
import { nodeOf, serviceOf, sliceOf } from '../../src/kubernetes/objects/service.ts';
import { parseTraceFilter } from '../../src/live/trace/query.ts';
import { parseTarget } from '../../src/live/why/question.ts';
import { PeerTable } from '../../src/kubernetes/peers/table.ts';
import { accepted, like, mangled } from './arbitraries.ts';
import { parser, type Parser } from './parser.ts';

const HASH = '$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay';
const WEB = `tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n  min_version: TLS12\nhttp_server_config:\n  headers:\n    X-Frame-Options: deny\nbasic_auth_users:\n  alice: ${HASH}\n`;

const metadata = { namespace: 'shop', name: 'payments-7d9f-x2x', uid: '74c13223-5a00-41e9-b385-42010a800002', ownerReferences: [{ kind: 'ReplicaSet', name: 'payments-7d9f', controller: true }] };
const POD = { metadata, spec: { nodeName: 'node-1', containers: [{ name: 'app' }] }, status: { containerStatuses: [{ name: 'app', containerID: `containerd://${'4f797c539e6c'.padEnd(64, '0')}` }], podIP: '10.0.0.9' } };
const SERVICE = { metadata: { namespace: 'shop', name: 'payments' }, spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], externalIPs: ['192.0.2.1'], ports: [{ port: 443, targetPort: 8443, nodePort: 30_443, protocol: 'TCP' }] }, status: { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } } };
const SLICE = { metadata: { namespace: 'shop', name: 'payments-abc', labels: { 'kubernetes.io/service-name': 'payments' } }, addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.9'], conditions: { ready: true } }], ports: [{ port: 8443, protocol: 'TCP' }] };
const NODE = { metadata: { name: 'node-1' }, status: { addresses: [{ type: 'InternalIP', address: '192.0.2.7' }] } };

/** What other programs send, and what comes by the socket for people. */
export const ofOthers: readonly Parser[] = [
  parser('web configuration: no problem tells a hash', like(WEB, `basic_auth_users: {a: ${HASH}, b: ${HASH}x}`, 'tls_server_config: [1]\n', '? [b]\n: &x [*x]\n'), (given) => {
    try {
      const config = readWebConfig('/etc/web.yml', () => Buffer.from(given));
      return [...config.users.values()].every((hash) => hash.startsWith('$2'));
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return !error.message.includes(HASH.slice(3));
    }
  }),
  parser('pods', mangled(POD), (object) => {
    const pod = podOf(object);
    return pod === undefined || typeof pod === 'object';
  }),
  parser('Services, EndpointSlices and nodes, in a table', fc.tuple(mangled(SERVICE), mangled(SLICE), mangled(NODE)), ([service, slice, node]) => {
    const table = new PeerTable();
    const [one, two, three] = [serviceOf(service), sliceOf(slice), nodeOf(node)];
    if (one !== undefined) table.services.set(one);
    if (two !== undefined) table.slices.set(two);
    if (three !== undefined) table.nodes.set(three);
    const name = table.of('10.96.0.7', 443);
    return name === undefined || typeof name === 'string';
  }),
  parser('filters of trace', like('{"failed":true,"port":[[80,90]],"cidr":["10.0.0.0/8"]}', '{"pid":[1]}', '[]', '{"__proto__":1}'), (given) => {
    const filter = accepted(() => parseTraceFilter(given));
    return filter === undefined || Object.keys(filter).length <= 8;
  }),
  parser('questions of why', like('db.example.com:5432', '[2001:db8::1]:443', '10.0.0.5', '::'), (given) => {
    const target = accepted(() => parseTarget(given));
    return target === undefined || (target.host !== '' && (target.port === undefined || (target.port > 0 && target.port < 65_536)));
  }),
];
