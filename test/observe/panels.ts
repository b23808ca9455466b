import { panelsOf } from '../../dashboards/source/index.ts';
import type { Dashboard } from '../../dashboards/source/sdk.ts';

/** The values of a dashboard's variables: everything, in the last minutes. */
const VARIABLES: Readonly<Record<string, string>> = {
  $workload: '.*',
  $namespace: '.*',
  $instance: '.*',
  $__rate_interval: '1m',
  $__range: '5m',
};

/** The expressions of a dashboard, as Grafana sends them. @throws Error on a variable without a value */
export function expressionsOf(dashboard: Dashboard): { panel: string; expression: string }[] {
  return panelsOf(dashboard).flatMap(({ title, targets }) => targets.map(({ expr }) => ({ panel: title, expression: filledIn(expr) })));
}

function filledIn(expression: string): string {
  return expression.replace(/\$\w+/g, (name) => {
    const value = VARIABLES[name];
    if (value === undefined) throw new Error(`no value for ${name} in ${expression}`);
    return value;
  });
}
