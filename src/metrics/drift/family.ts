import type { HrTime } from '@opentelemetry/api';
import type { Family } from '../series/account.ts';
import type { Series } from '../series/series.ts';
import type { Drift, DriftValue } from './drift.ts';

const NEVER: HrTime = [0, 0];

/** The drift as series of a producer: those of a namespace go with it. */
export function driftFamily(drift: Drift, value: (drift: DriftValue) => number): Family {
  const series = new Map<string, Series>();
  const current = (): Series[] => {
    const values = drift.values().map((each) => ({ id: `${each.netns} ${each.counter}`, each }));
    const live = new Set(values.map(({ id }) => id));
    for (const id of series.keys()) if (!live.has(id)) series.delete(id);
    return values.map(({ id, each }) => {
      let known = series.get(id);
      if (known === undefined) {
        const attributes = { counter: each.counter, netns: each.netns, 'netns.type': each.type };
        series.set(id, (known = { id, owner: '', part: '', attributes, born: NEVER, value: 0, seen: 0, appeared: Infinity }));
      }
      known.value = value(each);
      return known;
    });
  };
  return {
    get size() {
      return drift.values().length;
    },
    forEach: (visit) => current().forEach(visit),
  };
}
