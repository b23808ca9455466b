import type { Attributes } from '@opentelemetry/api';

/**
 * One string per set of attributes, equal exactly when the sets are: each part
 * is length-prefixed, because a name may hold any character.
 */
export function identify(attributes: Attributes): string {
  let id = '';
  for (const name of Object.keys(attributes).sort()) {
    const value = String(attributes[name]);
    id += `${name}=${value.length}:${value};`;
  }
  return id;
}
