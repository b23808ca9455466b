import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { attributes, parseAttributes } from '../../src/config/maps/attributes.ts';
import { otlpEndpoint } from '../../src/config/otlp/endpoint.ts';
import { parseHeaders } from '../../src/config/otlp/headers.ts';
import { resourceProblems } from '../../src/config/otlp/resource.ts';
import { Variables } from '../../src/config/otlp/variables.ts';
import { filter, parseFilter } from '../../src/config/maps/filter.ts';
import { parsePeerNames, peerNames } from '../../src/config/maps/peer-names.ts';
import { readEnvironment } from '../../src/config/sources/environment.ts';
import { parseFile } from '../../src/config/sources/file.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../src/config/units.ts';
import { formatAddress, parseAddress } from '../../src/internal/address.ts';
import { PeerNames } from '../../src/metrics/attributes/peer-names.ts';
import { accepted, acceptedLater, like, text } from './arbitraries.ts';
import { parser, parserLater, type Parser } from './parser.ts';

const YAML = 'interval: 5s\nseries-limit: 2000 # many\nring-size: "8MiB"\nlog-level: info\n';
const HEADERS = 'authorization=Bearer%20abc,x-scope = 1';
const SECRET = 'f0rb1dden';

/** What users write: flags, variables, files. */
export const ofSettings: readonly Parser[] = [
  parser('durations', like('1m30s', '500ms', '0.3s', '2h'), (given) => (accepted(() => parseDuration(given)) ?? 0) >= 0),
  parser('durations that were written by us', fc.nat({ max: 2 ** 31 - 1 }), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds),
  parser('sizes', like('64KiB', '8MiB', '4096', '1.5 GiB'), (given) => (accepted(() => parseSize(given)) ?? 0) >= 0),
  parser('sizes that were written by us', fc.nat(), (size) => parseSize(formatSize(size)) === size),
  parser('addresses to listen on', like(':9090', '127.0.0.1:0', '[::1]:8080', 'localhost:80', '*:1'), (given) => {
    const address = accepted(() => parseAddress(given));
    if (address === undefined) return true;
    const { host, port } = parseAddress(formatAddress(address));
    return Number.isInteger(port) && port >= 0 && port <= 65_535 && host === address.host && port === address.port;
  }),
  parser('attributes', like('tcp.io=role,server.port;window.*=off', 'tcp.rtt=', 'a=b=c', ';;', '*=off'), (given) => {
    const kept = accepted(() => parseAttributes(given));
    return kept === undefined || isDeepStrictEqual(parseAttributes(attributes().format(kept)), kept);
  }),
  parser('filters', like('executable=a*,b;port=80,1-9;cidr=10.0.0.0/8,::/0', 'netns=own;role=client', 'port=-1', 'cidr=/'), (given) => {
    const found = accepted(() => parseFilter(given));
    return found === undefined || isDeepStrictEqual(parseFilter(filter().format(found)), found);
  }),
  parser('names of peers', like('10.0.0.0/8=a;fd00::/8=b', '1.2.3.4=x', '::/0=y', '/=z'), (given) => {
    const found = accepted(() => parsePeerNames(given));
    return found === undefined || (isDeepStrictEqual(parsePeerNames(peerNames().format(found)), found) && new PeerNames(found).of('not an address') === undefined);
  }),
  parserLater('settings files', like(YAML, `${YAML}---\n`, '{interval: 5s}', '- a\n', 'a: &x [*x]\n', '? [b]\n: !!binary x\n'), async (file) => {
    const source = await acceptedLater(() => parseFile(file, 'connwatch.yaml'));
    return source === undefined || [...source.given.values()].every(({ text, label }) => typeof text === 'string' && label !== '');
  }),
  parser('environment variables', fc.dictionary(fc.oneof(text, text.map((name) => `CONNWATCH_${name}`)), text), (variables) => {
    const { given, problems } = readEnvironment(variables);
    return given.size + problems.length <= Object.keys(variables).length;
  }),
  parser('OTLP headers', like(HEADERS, 'a=%', '=', 'x-bin=1', 'a=b=c'), (list) => {
    const { pairs, problems } = parseHeaders(list.split(','));
    return pairs.length <= list.split(',').length && problems.every((problem) => !problem.includes('\n'));
  }),
  parser('OTLP headers: every value is a secret, and no problem tells one', fc.tuple(fc.stringMatching(/^[\w.-]{1,10}$/), text), ([name, value]) => {
    const { pairs, problems, secrets } = parseHeaders([`${name}=${encodeURIComponent(SECRET + value.replace(/[^ -~]/g, ''))}`]);
    return pairs.every(([, sent]) => secrets.includes(sent)) && problems.every((problem) => !problem.includes(SECRET));
  }),
  parser('OTLP endpoints: none shows its password', fc.tuple(like('http://collector:4317', 'https://[::1]:4317/x', 'unix:///run/x', 'collector'), fc.boolean()), ([given, withPassword]) => {
    const variables = new Variables({ OTEL_EXPORTER_OTLP_ENDPOINT: withPassword ? given.replace('://', `://user:${SECRET}@`) : given }, 'METRICS');
    const { shown } = otlpEndpoint(variables);
    return ![shown, ...variables.problems].some((said) => said.includes(SECRET));
  }),
  parser('resource attributes', like('service.name=a,k8s.node.name=b%20c', 'a=b=c', '%=x'), (list) => resourceProblems({ OTEL_RESOURCE_ATTRIBUTES: list }).every((problem) => problem.startsWith('invalid value for OTEL_RESOURCE_ATTRIBUTES'))),
];
