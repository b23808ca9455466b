import { configError } from '../resolve.ts';
import { logSettings, type OtlpLogSettings } from './logs.ts';
import { metricSettings, type OtlpSettings, type PushWish } from './otlp.ts';
import { resourceProblems } from './resource.ts';
import { type Environment, Variables } from './variables.ts';

/** Settings of both pushes; undefined: not pushed. */
export interface PushSettings {
  readonly metrics: OtlpSettings | undefined;
  readonly logs: OtlpLogSettings | undefined;
}

/** @throws ConnwatchError CW_CONFIG that names every problem of both signals, and no secret */
export function pushSettings(wish: PushWish, environment: Environment): PushSettings {
  const [ofMetrics, ofLogs] = [new Variables(environment, 'METRICS'), new Variables(environment, 'LOGS')];
  const settings = { metrics: metricSettings(wish, ofMetrics), logs: logSettings(wish, ofLogs) };
  // An invalid general variable is a problem of both. /metrics has the resource too, so it is always checked.
  const problems = new Set([...resourceProblems(environment), ...ofMetrics.problems, ...ofLogs.problems]);
  if (problems.size > 0) throw configError([...problems]);
  return settings;
}
