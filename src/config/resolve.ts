import { isIPv4 } from 'node:net';
import * as z from 'zod/mini';
import { parseAddress } from '../internal/address.ts';
import { ConnwatchError } from '../internal/errors.ts';
import type { Given, Source } from './sources/source.ts';
import { type Context, ENTRIES, type Resolved, type Setting, type SettingKey, type Settings, defaultText } from './table.ts';

export type Origins = Readonly<Record<SettingKey, Given>>;

export interface Resolution {
  readonly settings: Settings;
  /** The source of each value, and its text there. '' without a default. */
  readonly origins: Origins;
}

/**
 * Joins the sources; the first has the highest precedence. Checks every value, also
 * overridden ones: otherwise they would fail later, when the other source is gone.
 * @throws ConnwatchError CW_CONFIG that names every problem.
 */
export function resolve(sources: readonly Source[], context: Context): Resolution {
  const problems = sources.flatMap((source) => source.problems);
  const values: Partial<Record<SettingKey, unknown>> = {};
  const origins: Partial<Record<SettingKey, Given>> = {};
  for (const [key, setting] of ENTRIES) {
    const text = defaultText(setting, context);
    const fallback: Given = { source: 'default', text: text ?? '', label: 'default' };
    const candidates = sources.flatMap((source) => source.given.get(key) ?? []);
    if (text !== undefined) candidates.push(fallback);
    origins[key] = candidates[0] ?? fallback;
    // Start with the lowest precedence, so that the highest one stays.
    for (const given of candidates.toReversed()) {
      const result = z.safeParse(setting.kind.schema, given.text);
      if (result.success) values[key] = result.data;
      else problems.push(invalid(setting, given, result.error.issues[0]?.message ?? 'it is not valid'));
    }
  }
  if (problems.length === 0) {
    const settings: Settings = { config: undefined, ...values } as Resolved;
    problems.push(...conflicts(settings));
    if (problems.length === 0) return { settings, origins: origins as Origins };
  }
  throw configError(problems);
}

function invalid(setting: Setting<unknown>, given: Given, why: string): string {
  return setting.secret ? `invalid value for ${given.label}` : `invalid value '${given.text}' for ${given.label}: ${why}`;
}

/** Problems between settings that are valid on their own. */
function conflicts(settings: Settings): string[] {
  const problems: string[] = [];
  const metrics = parseAddress(settings.metricsAddr);
  const health = parseAddress(settings.healthAddr);
  if (metrics.port !== 0 && metrics.port === health.port && overlap(metrics.host, health.host))
    problems.push(`metrics-addr and health-addr both want port ${metrics.port}: give them different ports`);
  if (settings.webConfigHealth && settings.webConfigFile === undefined)
    problems.push('web-config-health protects the health port with the file of web-config-file, which is not given: give it, or leave web-config-health out');
  return problems;
}

/** Whether both addresses use the same port of the machine. On :: the servers listen for IPv4 too. Host names are not resolved. */
function overlap(a: string | undefined, b: string | undefined): boolean {
  if (a === b || [a, b].some((host) => host === undefined || host === '::')) return true;
  return [a, b].includes('0.0.0.0') && [a, b].every((host) => isIPv4(host ?? ''));
}

export function configError(problems: readonly string[]): ConnwatchError {
  const [first = '', ...more] = problems;
  const message =
    more.length === 0
      ? `${first}${first.endsWith('?') ? '' : '.'}`
      : `${problems.length} settings cannot be used:\n${problems.map((one) => `  ${one}`).join('\n')}`;
  return new ConnwatchError(message, { code: 'CW_CONFIG', hint: "Run 'connwatch --help' for all settings." });
}
