/** What the page shows, from the part of the address behind #. */
export type Route = { readonly page: 'map' } | { readonly page: 'table' } | { readonly page: 'agent' } | { readonly page: 'workload'; readonly key: string };

export function routeOf(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  if (page === 'workload') return { page, key: decoded(rest.join('/')) };
  return page === 'table' || page === 'agent' ? { page } : { page: 'map' };
}

export function hashOf(key: string): string {
  return `#/workload/${encodeURIComponent(key)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
