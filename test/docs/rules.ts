import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { at } from '../harness/paths.ts';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const RULES = at('alerts', 'connwatch.rules.yml');
export const RULE_TESTS = at('alerts', 'connwatch.test.yml');
/** Recording rules. */
export const EDGES = at('alerts', 'edges.rules.yml');
export const EDGE_TESTS = at('alerts', 'edges.test.yml');
export const JOIN_TESTS = at('alerts', 'joins.test.yml');

/** The alerting rules in the order of the file. */
export function alertingRules(): Rule[] {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** The alerts that the tests of the rules expect to fire. */
export function firedInTests(): Set<string> {
  interface Test {
    readonly alert_rule_test: { readonly alertname: string; readonly exp_alerts?: object[] }[];
  }
  const { tests } = parse(readFileSync(RULE_TESTS, 'utf8')) as { tests: Test[] };
  return new Set(tests.flatMap((test) => test.alert_rule_test).flatMap(({ alertname, exp_alerts }) => (exp_alerts === undefined ? [] : [alertname])));
}
