/**
 * What the exporter is given in the place of its variable: it takes URL.host,
 * where an http URL has no port 80, and gRPC then takes port 443. An https URL
 * keeps port 80; that the push is plain text is in the credentials.
 * @param endpoint scheme, host and port
 */
export function urlOf(endpoint: string): { readonly url?: string } {
  return /^http:.*:80$/.test(endpoint) ? { url: endpoint.replace('http:', 'https:') } : {};
}
