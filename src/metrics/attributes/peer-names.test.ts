import { BlockList, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bench, processInfo } from '../fixtures.ts';
import { clientRanges, OTHER, PeerNames } from './peer-names.ts';

const RANGES = new Map([['10.0.0.0/8', 'cluster'], ['10.9.0.0/16', 'databases'], ['10.9.1.7/32', 'the one'], ['fd00::/8', 'cluster'], ['0.0.0.0/0', 'internet']]);

it.each([
  ['10.1.2.3', 'cluster'],
  ['10.9.0.0', 'databases'],
  ['10.9.255.255', 'databases'],
  ['10.9.1.7', 'the one'],
  ['11.0.0.0', 'internet'],
  ['fdff::1', 'cluster'],
  ['fe80::1', undefined],
  ['::', undefined],
  ['', undefined],
])('%s is %s: the longest prefix wins', (address, name) => {
  expect(new PeerNames(RANGES).of(address)).toBe(name);
});

it('finds the same as BlockList, whose longest range is asked first', () => {
  const range = fc.tuple(fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6().filter((text) => !text.includes('.')), fc.nat(128)))).map(([[address, length]]) => `${address}/${length}`);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), fc.array(fc.oneof(fc.ipV4(), fc.ipV6().filter((text) => !text.includes('.'))), { maxLength: 20 }), (ranges, addresses) => {
      const names = new PeerNames(new Map(ranges.map((each) => [each, each.split('/')[1]!])));
      for (const address of [...addresses, ...ranges.map((each) => each.split('/')[0]!)]) {
        const lengths = ranges.filter((each) => {
          const [network = '', length] = each.split('/');
          if (isIPv4(network) !== isIPv4(address)) return false;
          const list = new BlockList();
          list.addSubnet(network, Number(length), isIPv4(network) ? 'ipv4' : 'ipv6');
          return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
        });
        const longest = lengths.map((each) => Number(each.split('/')[1])).sort((a, b) => b - a)[0];
        expect(names.of(address)).toBe(longest === undefined ? undefined : String(longest));
      }
    }),
    { numRuns: 50 },
  );
});

it('gives the addon the ranges, the longest first', () => {
  const rows = Array.from({ length: RANGES.size }, (_, i) => [...clientRanges(RANGES).subarray(i * 17, (i + 1) * 17)]);
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];
  expect(rows).toEqual([
    [...mapped, 10, 9, 1, 7, 128],
    [...mapped, 10, 9, 0, 0, 112],
    [...mapped, 10, 0, 0, 0, 104],
    [...mapped, 0, 0, 0, 0, 96],
    [0xfd, ...Array<number>(15).fill(0), 8],
  ]);
  expect([0, 1, 3, 5, 6].map((range) => new PeerNames(RANGES).ofRange(range))).toEqual(['', 'the one', 'cluster', 'cluster', OTHER]);
});

it('tell the clients of servers apart where a metric asks for it', async () => {
  const attributes = { 'connwatch.tcp.accepts': ['process.executable.name', 'server.port', 'client.address'] };
  const bench = new Bench({ peerNames: RANGES, attributes });
  const nginx = processInfo(20, 'nginx');
  [0, 1, 3, 5, 6].forEach((clientRange, i) => bench.keys.server(i + 1, nginx, 80, { clientRange }));
  bench.window({ rows: [1, 2, 3, 4, 5].map((key) => [key, { accept: key, bytesSent: 1 }]) });
  expect(await bench.lines('connwatch.tcp.accepts')).toEqual({ 'nginx 80 [unresolved]': 1, 'nginx 80 the one': 2, 'nginx 80 cluster': 7, [`nginx 80 ${OTHER}`]: 5 });
  expect(await bench.lines('connwatch.window.accepts')).toEqual({ 'nginx 80': 15 });
  expect(await bench.lines('connwatch.tcp.io')).toEqual({ 'nginx server 80 transmit': 5 });
});

it('joins the series of all peers in a range', async () => {
  const bench = new Bench({ peerNames: RANGES, seriesLimit: 10 });
  const curl = processInfo(10, 'curl');
  for (let i = 0; i < 200; i++) bench.keys.client(i + 1, curl, `10.1.0.${i}`);
  bench.keys.client(201, curl, '10.9.0.1');
  bench.keys.client(202, curl, 'fe80::1');
  bench.window({ rows: Array.from({ length: 202 }, (_, i) => [i + 1, { success: 1, handshake: [0.1], close: 1, bytesSent: 2 }]) });
  expect(await bench.lines('connwatch.tcp.connect.attempts')).toEqual({ 'curl cluster 443': 200, 'curl databases 443': 1, 'curl fe80::1 443': 1 });
  expect(await bench.lines('connwatch.tcp.io')).toEqual({ 'curl client cluster 443 transmit': 400, 'curl client databases 443 transmit': 2, 'curl client fe80::1 443 transmit': 2 });
  expect(Object.keys(await bench.lines('connwatch.window.connect.duration.p99'))).toHaveLength(3);
});
