import { isIPv6 } from 'node:net';
import * as z from 'zod/mini';

/** What is kept of a Service: where it can be reached. */
export interface Service {
  /** `shop/payments` */
  readonly key: string;
  /** ClusterIPs, which it has for itself. */
  readonly addresses: readonly string[];
  /** External IPs, and those of its load balancer: several Services, and nodes, can have the same. */
  readonly shared: readonly string[];
  readonly ports: readonly number[];
  /** On every node. */
  readonly nodePorts: readonly number[];
}

/** What is kept of an EndpointSlice. */
export interface Slice {
  readonly key: string;
  /** Key of its Service. */
  readonly service: string;
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

export interface Node {
  readonly key: string;
  readonly addresses: readonly string[];
}

/** Names of Services, slices and namespaces are short. */
const text = z.string().check(z.minLength(1), z.maxLength(253));
const address = z.string().check(z.maxLength(64));
const port = z.number().check(z.gte(0), z.lte(65_535));
const metadata = z.object({ name: text, namespace: text, labels: z.optional(z.record(z.string(), z.string())) });

const serviceObject = z.object({
  metadata,
  spec: z.object({
    clusterIP: z.optional(address),
    clusterIPs: z.optional(z.array(address)),
    externalIPs: z.optional(z.array(address)),
    ports: z.optional(z.array(z.object({ port, nodePort: z.optional(port), protocol: z.optional(z.string()) }))),
  }),
  status: z.optional(z.object({ loadBalancer: z.optional(z.object({ ingress: z.optional(z.array(z.object({ ip: z.optional(address) }))) })) })),
});

const sliceObject = z.object({
  metadata,
  endpoints: z.nullish(z.array(z.object({ addresses: z.array(address) }))),
  ports: z.nullish(z.array(z.object({ port: z.nullish(port), protocol: z.nullish(z.string()) }))),
});

const nodeObject = z.object({
  metadata: z.object({ name: text }),
  status: z.optional(z.object({ addresses: z.optional(z.array(z.object({ type: z.string(), address: z.string().check(z.maxLength(253)) }))) })),
});

/** The label by which a slice names its Service: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ownership */
const OF_SERVICE = 'kubernetes.io/service-name';
/** Of one object; more are not looked at. Slices have at most 1,000 endpoints and 100 ports. */
const MOST = 1000;

/** undefined: it is not one as expected, or has no address. */
export function serviceOf(object: unknown): Service | undefined {
  const { success, data } = serviceObject.safeParse(object);
  if (!success) return undefined;
  const { metadata: meta, spec, status } = data;
  const ingress = status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [];
  // `None` is a headless one; its endpoints have addresses.
  const addresses = given(spec.clusterIPs ?? [spec.clusterIP]);
  const shared = given([...(spec.externalIPs ?? []), ...ingress]);
  const ports = (spec.ports ?? []).filter(isTcp);
  const nodePorts = ports.map(({ nodePort }) => nodePort).filter((one) => one !== undefined && one !== 0);
  if (addresses.length + shared.length === 0) return undefined;
  return { key: keyOf(meta), addresses, shared, ports: unique(ports.map((one) => one.port)), nodePorts: unique(nodePorts as number[]) };
}

/** undefined: it is not one as expected, or of no Service. */
export function sliceOf(object: unknown): Slice | undefined {
  const { success, data } = sliceObject.safeParse(object);
  const service = data?.metadata.labels?.[OF_SERVICE];
  if (!success || service === undefined || service === '' || service.length > 253) return undefined;
  const addresses = given((data.endpoints ?? []).flatMap((endpoint) => endpoint.addresses));
  const ports = unique((data.ports ?? []).filter(isTcp).flatMap((one) => one.port ?? []));
  return { key: keyOf(data.metadata), service: `${data.metadata.namespace}/${service}`, addresses, ports };
}

export function nodeOf(object: unknown): Node | undefined {
  const { success, data } = nodeObject.safeParse(object);
  if (!success) return undefined;
  const ips = (data.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP');
  return { key: data.metadata.name, addresses: given(ips.map((one) => one.address)) };
}

/** Only of these kinds, whose names in the API are in a namespace. */
function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function isTcp({ protocol }: { readonly protocol?: string | null | undefined }): boolean {
  return protocol === undefined || protocol === null || protocol === 'TCP';
}

/** As the kernel side writes addresses: IPv6 in its short form (RFC 5952). */
function given(addresses: readonly (string | undefined)[]): string[] {
  return unique(addresses.filter((one) => one !== undefined && one !== '' && one !== 'None').map((one) => canonical(one!)));
}

function canonical(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)].slice(0, MOST);
}
