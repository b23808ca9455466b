import { isDeepStrictEqual } from 'node:util';
import type { Check } from './check.ts';

/** Collects what was compared during a run. Nothing here throws: the rest is worth counting after the first miss. */
export class Checks {
  readonly all: Check[] = [];

  equal(what: string, counted: unknown, expected: unknown): void {
    this.#add(what, show(counted), show(expected), isDeepStrictEqual(counted, expected));
  }

  atMost(what: string, counted: number, limit: number, unit = ''): void {
    this.#add(what, withUnit(counted, unit), `at most ${withUnit(limit, unit)}`, counted <= limit);
  }

  atLeast(what: string, counted: number, limit: number, unit = ''): void {
    this.#add(what, withUnit(counted, unit), `at least ${withUnit(limit, unit)}`, counted >= limit);
  }

  /** A figure that has no limit. */
  figure(what: string, counted: string | number): void {
    this.#add(what, show(counted), 'any', true);
  }

  #add(what: string, counted: string, expected: string, holds: boolean): void {
    this.all.push({ what, counted, expected, holds });
  }
}

function withUnit(value: number, unit: string): string {
  return `${show(Number(value.toFixed(1)))}${unit === '' ? '' : ` ${unit}`}`;
}

/** Numbers with commas, records as `name 3, other 4`. */
export function show(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en');
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(show).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, inner]) => {
    if (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0) return [];
    return [`${name} ${typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? `(${show(inner)})` : show(inner)}`];
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}
