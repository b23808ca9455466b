import { isIPv4 } from 'node:net';
import * as z from 'zod/mini';
import { parseAddress } from '../internal/address.ts';
import { ConnwatchError } from '../internal/errors.ts';
import type { Given, Source } from './sources/source.ts';
import { type Context, ENTRIES, type Resolved, type Setting, type SettingKey, type Settings, defaultText } from './table.ts';

export type Origins = Readonly<Record<SettingKey, Given>>;

export interface Resolution {
  readonly settings: Settings;
  /** Where each value comes from, and its text there. A default of nothing has the text ''. */
  readonly origins: Origins;
}

/**
 * Joins the sources, the strongest first. Every value is checked, the ones that
 * a stronger source hides too: they would be found out at the worst moment.
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
    // From the weakest on, so that the strongest is what stays.
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

/** What is wrong between settings that are valid alone. */
function conflicts(settings: Settings): string[] {
  const metrics = parseAddress(settings.metricsAddr);
  const health = parseAddress(settings.healthAddr);
  if (metrics.port === 0 || metrics.port !== health.port || !overlap(metrics.host, health.host)) return [];
  return [`metrics-addr and health-addr both want port ${metrics.port}: give them different ports`];
}

/** Whether a port of both is one port. The servers listen on :: for IPv4 too. Host names are not looked up. */
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
