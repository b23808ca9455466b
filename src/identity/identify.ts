import type { Attributes } from '@opentelemetry/api';

/**
 * A string that is equal exactly for equal sets of attributes. Each part has its length
 * as prefix, because a name may contain any character.
 */
export function identify(attributes: Attributes): string {
  let id = '';
  for (const name of Object.keys(attributes).sort()) {
    const value = String(attributes[name]);
    id += `${name}=${value.length}:${value};`;
  }
  return id;
}
