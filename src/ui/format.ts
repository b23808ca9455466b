/* Numbers and names as people read them. */

/** Three significant digits, with k, M, G. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)}G`;
  if (size >= 1e6) return `${digits(value / 1e6)}M`;
  if (size >= 1e4) return `${digits(value / 1e3)}k`;
  return Number.isInteger(value) ? String(value) : digits(value);
}

/** Seconds: 1.23 s, 4.5 ms, 67 µs. */
export function seconds(value: number | undefined): string {
  if (value === undefined) return '–';
  if (value >= 86_400) return `${digits(value / 86_400)} d`;
  if (value >= 3600) return `${digits(value / 3600)} h`;
  if (value >= 120) return `${digits(value / 60)} min`;
  if (value >= 1) return `${digits(value)} s`;
  return value >= 0.001 ? `${digits(value * 1e3)} ms` : `${digits(value * 1e6)} µs`;
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${power === 0 ? String(Math.round(value)) : digits(value / 1024 ** power)} ${units[power]}`;
}

export function percent(share: number): string {
  return `${digits(100 * share)} %`;
}

/** `host:port`, IPv6 in brackets; without an address or port the rest. */
export function peerName(address: string, port: string): string {
  const host = address.includes(':') ? `[${address}]` : address;
  if (host === '' && port === '') return 'all peers';
  return port === '' ? host : `${host}:${port}`;
}

const OVERFLOW = 'otel.metric.overflow';

/** Of what has no series of its own. */
export const isOverflow = (labels: Readonly<Record<string, string>>): boolean => labels[OVERFLOW] === 'true';

/** The name of a workload: what was executed, else the executable, and where it runs. */
export function workloadName(labels: Readonly<Record<string, string>>): string {
  if (isOverflow(labels)) return 'without a series of its own';
  const program = labels['process.command'] ?? labels['process.executable.name'] ?? 'all programs';
  const place = placeOf(labels);
  return place === '' ? program : `${program} (${place})`;
}

const NAMED = new Set(['process.command', 'process.executable.name', OVERFLOW]);
const NO_OWNER = new Set(['k8s.namespace.name', 'k8s.container.name', 'k8s.owner.kind']);

/** In Kubernetes namespace, owner and container; else the container or the unit. */
function placeOf(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).filter(([name]) => !NAMED.has(name));
  const namespace = labels['k8s.namespace.name'];
  if (namespace === undefined) return entries.map(([name, value]) => (name.endsWith('container.id') ? value.slice(0, 12) : value)).join(', ');
  const owner = entries.find(([name]) => name.startsWith('k8s.') && !NO_OWNER.has(name))?.[1];
  const container = labels['k8s.container.name'];
  return [namespace, owner, container === owner ? undefined : container].filter((part) => part !== undefined).join('/');
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
