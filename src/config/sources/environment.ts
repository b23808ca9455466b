import { didYouMean } from '../nearest.ts';
import { ENTRIES, type SettingKey, variableOf } from '../table.ts';
import type { Given, Source } from './source.ts';

const PREFIX = 'CONNWATCH_';

/**
 * Kubernetes sets variables for the Services of a namespace. For a Service whose name
 * begins with `connwatch` they have our prefix: CONNWATCH_SERVICE_HOST,
 * CONNWATCH_METRICS_PORT_9090_TCP_ADDR.
 */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The CONNWATCH_ variables. An empty one counts as not set, as OpenTelemetry's variables do. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Source {
  const known = new Map(ENTRIES.map(([key, setting]) => [variableOf(setting), key]));
  const given = new Map<SettingKey, Given>();
  const problems: string[] = [];
  for (const [name, text] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(PREFIX) || text === undefined || text === '') continue;
    const key = known.get(name);
    if (key !== undefined) given.set(key, { source: 'environment', text, label: name });
    else if (!SERVICE_LINK.test(name)) problems.push(`unknown variable ${name}${didYouMean(name, [...known.keys()])}`);
  }
  return { given, problems };
}
