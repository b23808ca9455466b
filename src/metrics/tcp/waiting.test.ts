import { describe, expect, it } from 'vitest';
import type { ContainerNames, Name, Nameable } from '../../identity/index.ts';
import { Bench, INTERVAL, processInfo, START } from '../fixtures.ts';
import { MOST_WAITING } from './waiting.ts';

const A = '4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970';
const B = '9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d';
const UID = '74c13223-5a00-11e9-b385-42010a80018d';
const inPod = (id: string, cgroup = '3') => ({ cgroup, cgroupPath: `/kubepods/besteffort/pod${UID}/${id}` });
const ATTEMPTS = 'connwatch.tcp.connect.attempts';
const SUCCESSES = 'connwatch.tcp.connect.successes';

/** Names that the test gives, by container. */
class Names implements ContainerNames {
  readonly known = new Map<string, Name | 'later'>();

  of(cgroup: Nameable): Name | 'later' | undefined {
    return this.known.get(cgroup.kind === 'container' ? cgroup.id : cgroup.podUid);
  }
}

const name = (deployment: string, pod = `${deployment}-1-x`): Name => ({
  attributes: { 'k8s.namespace.name': 'shop', 'k8s.deployment.name': deployment, 'k8s.container.name': 'app' },
  pod: { 'k8s.pod.name': pod, 'k8s.pod.uid': UID },
});

function open() {
  const names = new Names();
  return { names, bench: new Bench({ names }) };
}

describe('containers with names', () => {
  it('have them in the place of the id, and the pod on connections and listeners', async () => {
    const { names, bench } = open();
    names.known.set(A, name('checkout'));
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, inPod(A));
    bench.keys.server(2, curl, 8080, inPod(A));
    bench.window({ rows: [[1, { success: 2, refused: 1 }], [2, { accept: 3 }]], live: [[1, 'established', 4]], listeners: [[2, { sockets: 1, queue: 5, limit: 9 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl shop checkout app 10.0.0.1 80': 3 });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ 'curl shop checkout app 8080': 3 });
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({ [`curl shop checkout app checkout-1-x ${UID} client 10.0.0.1 80 established`]: 4 });
    expect(await bench.lines('connwatch.tcp.listen.queue.length')).toEqual({ [`curl shop checkout app checkout-1-x ${UID} 8080`]: 5 });
    expect((await bench.family(ATTEMPTS)).dataPoints[0]!.attributes).toEqual({ 'process.executable.name': 'curl', 'k8s.namespace.name': 'shop', 'k8s.deployment.name': 'checkout', 'k8s.container.name': 'app', 'server.address': '10.0.0.1', 'server.port': 80 });
  });

  it('share the series of their deployment', async () => {
    const { names, bench } = open();
    names.known.set(A, name('checkout')).set(B, name('checkout', 'checkout-1-y'));
    bench.keys.client(1, processInfo(10, 'curl'), '10.0.0.1', 80, inPod(A));
    bench.keys.client(2, processInfo(11, 'curl'), '10.0.0.1', 80, inPod(B, '4'));
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 2 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl shop checkout app 10.0.0.1 80': 3 });
  });

  it('have the name of the pod everywhere if nobody owns it', async () => {
    const { names, bench } = open();
    const pod = { 'k8s.pod.name': 'once', 'k8s.pod.uid': UID };
    names.known.set(A, { attributes: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'once', 'k8s.container.name': 'run' }, pod, ownsItself: true });
    bench.keys.client(1, processInfo(10, 'curl'), '10.0.0.1', 80, inPod(A));
    bench.window({ rows: [[1, { success: 1 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl shop once run 10.0.0.1 80': 1 });
  });
});

describe('containers whose name comes late', () => {
  it('have no series until then, and then all counts under the name, from the start of the first', async () => {
    const { names, bench } = open();
    names.known.set(A, 'later');
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, inPod(A));
    bench.keys.server(2, curl, 8080, inPod(A));
    bench.keys.client(3, processInfo(11, 'wget'), '10.0.0.1', 80);
    bench.window({ rows: [[1, { success: 1, refused: 2, handshake: [0.01], bytesSent: 5 }], [2, { accept: 1 }], [3, { success: 1 }]], live: [[1, 'syn_sent', 1], [3, 'established', 1]], listeners: [[2, { sockets: 1, queue: 1, drops: 2, synackRetransmits: 1 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'wget 10.0.0.1 80': 1 });
    expect(bench.collector.waiting).toMatchObject({ size: 2, missing: { timeout: 0, overflow: 0 } });
    bench.window({ rows: [[1, { success: 4, handshake: [0.02, 0.02, 0.02, 0.02], bytesSent: 7 }]], listeners: [[2, { sockets: 1, queue: 1, drops: 3 }]] });
    names.known.set(A, name('checkout'));
    bench.window({ rows: [[1, { timeout: 1 }]], live: [[1, 'established', 1]], listeners: [[2, { sockets: 1, queue: 2, limit: 9 }]] });
    expect(bench.collector.waiting).toMatchObject({ size: 0, missing: { timeout: 0, overflow: 0 } });
    const mine = 'curl shop checkout app 10.0.0.1 80';
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'wget 10.0.0.1 80': 1, [mine]: 8 });
    expect(await bench.lines(SUCCESSES)).toEqual({ 'wget 10.0.0.1 80': 1, [mine]: 5 });
    expect(await bench.lines('connwatch.tcp.connect.failures')).toEqual({ [`${mine} refused`]: 2, [`${mine} timeout`]: 1 });
    expect((await bench.lines('connwatch.tcp.connect.duration'))[mine]).toBe(5);
    expect(await bench.lines('connwatch.tcp.io')).toEqual({ 'curl shop checkout app client 10.0.0.1 80 transmit': 12 });
    expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ 'curl shop checkout app 8080': 1 });
    const listener = `curl shop checkout app checkout-1-x ${UID} 8080`;
    expect(await bench.lines('connwatch.tcp.listen.syn_drops')).toEqual({ [listener]: 5 });
    expect(await bench.lines('connwatch.tcp.listen.queue.length')).toEqual({ [listener]: 2 });
    expect((await bench.lines('connwatch.tcp.retransmits'))['curl shop checkout app server 8080 synack']).toBe(1);
    const born = (await bench.family(ATTEMPTS, 'push')).dataPoints.find(({ attributes }) => attributes['process.executable.name'] === 'curl')!.startTime;
    expect(born).toEqual([START / 1000, 0]);
    expect(bench.errors).toEqual([]);
  });

  it('have their id if no name comes, and what is known of it', async () => {
    const { names, bench } = open();
    names.known.set(A, 'later').set(B, 'later');
    bench.keys.client(1, processInfo(10, 'curl'), '10.0.0.1', 80, inPod(A));
    bench.keys.client(2, processInfo(11, 'curl'), '10.0.0.1', 80, inPod(B, '4'));
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 2 }]] });
    names.known.delete(A);
    names.known.set(B, { attributes: { 'k8s.namespace.name': 'shop', 'k8s.replicaset.name': 'web-1', 'workload.container.id': B }, incomplete: true });
    bench.window();
    expect(await bench.lines(ATTEMPTS)).toEqual({ [`curl ${A} 10.0.0.1 80`]: 1, [`curl shop web-1 ${B} 10.0.0.1 80`]: 2 });
    expect(bench.collector.waiting!.missing).toEqual({ timeout: 2, overflow: 0 });
  });

  it('keep the name they began with: nothing moves when a better one comes', async () => {
    const { names, bench } = open();
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, inPod(A));
    bench.window({ rows: [[1, { success: 1 }]] });
    names.known.set(A, name('checkout'));
    bench.keys.client(2, curl, '10.0.0.2', 80, inPod(A));
    bench.window({ rows: [[1, { success: 1 }], [2, { success: 4 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ [`curl ${A} 10.0.0.1 80`]: 2, 'curl shop checkout app 10.0.0.2 80': 4 });
  });

  it('are not given back while they wait, and are afterwards', () => {
    const { names, bench } = open();
    names.known.set(A, 'later');
    bench.keys.client(1, processInfo(10, 'curl'), '10.0.0.1', 80, inPod(A));
    bench.window({ rows: [[1, { success: 1 }]] });
    for (let i = 0; i < 5; i++) bench.window();
    expect(bench.keys.released).toEqual([]);
    names.known.set(A, name('checkout'));
    for (let i = 0; i < 13; i++) bench.window();
    expect(bench.keys.released).toEqual([1]);
  });

  it('whose process has ended meanwhile do not keep the series of another one', async () => {
    const { names } = open();
    const bench = new Bench({ names, retireAfter: 2 * INTERVAL });
    names.known.set(A, 'later');
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.0.0.1', 80, inPod(A));
    bench.window({ rows: [[1, { success: 1 }]] });
    bench.window({ exited: [curl.owner] });
    names.known.set(A, name('checkout'));
    bench.window();
    expect(await bench.sum(ATTEMPTS)).toBe(1);
    for (let i = 0; i < 6; i++) bench.window();
    expect(await bench.lines(ATTEMPTS).catch(() => ({}))).toEqual({});
  });

  it('wait up to a limit, of which one cgroup gets 80 %; what comes above it has its id at once', async () => {
    const { names, bench } = open();
    names.known.set(A, 'later').set(B, 'later');
    const curl = processInfo(10, 'curl');
    const rows = Array.from({ length: MOST_WAITING + 3 }, (_, i) => [bench.keys.client(i + 1, curl, `10.0.${i >> 8}.${i & 255}`, 80, inPod(A)), { success: 1 }] as [number, object]);
    const share = (MOST_WAITING * 4) / 5;
    const other = bench.keys.client(rows.length + 1, processInfo(11, 'wget'), '10.9.9.9', 80, inPod(B, '4'));
    bench.window({ rows: [...rows, [other, { success: 1 }]] });
    // A window of so many keys is applied in pieces; the page waits for it.
    expect(await bench.sum(ATTEMPTS)).toBe(MOST_WAITING + 3 - share);
    expect(bench.collector.waiting).toMatchObject({ size: share + 1, missing: { timeout: 0, overflow: MOST_WAITING + 3 - share } });
    names.known.set(A, name('checkout')).set(B, name('cart'));
    bench.window();
    expect(await bench.sum(ATTEMPTS)).toBe(MOST_WAITING + 4);
    expect((await bench.lines(ATTEMPTS))['wget shop cart app 10.9.9.9 80']).toBe(1);
  });

  it('count when the collector stops', async () => {
    const { names, bench } = open();
    names.known.set(A, 'later');
    bench.keys.client(1, processInfo(10, 'curl'), '10.0.0.1', 80, inPod(A));
    bench.window({ rows: [[1, { success: 3 }]] });
    bench.collector.stop();
    expect(await bench.lines(ATTEMPTS)).toEqual({ [`curl ${A} 10.0.0.1 80`]: 3 });
    expect(await bench.lines(SUCCESSES)).toEqual({ [`curl ${A} 10.0.0.1 80`]: 3 });
  });
});

describe('peers with names', () => {
  /** Names that the test gives, by address and port. */
  const peersOf = (known: Record<string, string>, ready = true) => ({ ready, of: (address: string, port: number) => known[`${address}:${port}`] });
  const names = new Names();

  it('share the series of their name, in every metric that has the peer', async () => {
    const bench = new Bench({ names, peers: peersOf({ '10.96.0.7:443': 'payments.shop.svc', '10.1.0.5:443': 'payments.shop.svc' }) });
    const curl = processInfo(10, 'curl');
    bench.keys.client(1, curl, '10.96.0.7', 443);
    bench.keys.client(2, curl, '10.1.0.5', 443);
    bench.keys.client(3, curl, '10.96.0.7', 80);
    bench.window({ rows: [[1, { refused: 1 }], [2, { refused: 2, bytesSent: 3 }], [3, { success: 4 }]] });
    expect(await bench.lines('connwatch.tcp.connect.failures')).toEqual({ 'curl payments.shop.svc 443 refused': 3 });
    expect(await bench.lines('connwatch.tcp.io')).toEqual({ 'curl client payments.shop.svc 443 transmit': 3 });
    expect(await bench.lines(SUCCESSES)).toEqual({ 'curl 10.96.0.7 80': 4 });
  });

  it('have the name of a configured range first', async () => {
    const bench = new Bench({ names, peers: peersOf({ '10.96.0.7:443': 'payments.shop.svc' }), peerNames: new Map([['10.96.0.0/12', 'services']]) });
    bench.keys.client(1, processInfo(10, 'curl'), '10.96.0.7', 443);
    bench.window({ rows: [[1, { success: 1 }]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl services 443': 1 });
  });

  it('are waited for at the start, by clients only', async () => {
    const peers = { ready: false, of: () => 'payments.shop.svc' };
    const bench = new Bench({ names, peers });
    bench.keys.client(1, processInfo(10, 'curl'), '10.96.0.7', 443);
    bench.keys.server(2, processInfo(11, 'nginx'), 80);
    bench.window({ rows: [[1, { success: 1 }], [2, { accept: 2 }]] });
    expect(bench.collector.waiting!.size).toBe(1);
    expect(await bench.sum('connwatch.tcp.accepts')).toBe(2);
    peers.ready = true;
    bench.window();
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl payments.shop.svc 443': 1 });
    expect(bench.collector.waiting!.missing).toEqual({ timeout: 0, overflow: 0 });
  });

  it('keep the name that they had when they first counted, in every metric', async () => {
    const known: Record<string, string> = { '10.96.0.7:443': 'old.shop.svc' };
    const bench = new Bench({ names, peers: peersOf(known) });
    bench.keys.client(1, processInfo(10, 'curl'), '10.96.0.7', 443);
    bench.window({ rows: [], live: [[1, 'established', 1]] });
    known['10.96.0.7:443'] = 'new.shop.svc';
    bench.window({ rows: [[1, { success: 1, handshake: [0.1] }]], live: [[1, 'established', 1]] });
    expect(await bench.lines(ATTEMPTS)).toEqual({ 'curl old.shop.svc 443': 1 });
    expect(await bench.lines('connwatch.tcp.connections')).toEqual({ 'curl client old.shop.svc 443 established': 1 });
  });
});
