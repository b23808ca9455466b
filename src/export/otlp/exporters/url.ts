/**
 * The URL for the exporter, instead of its variable. The exporter uses URL.host, which
 * drops port 80 of an http URL, and gRPC would then use 443. An https URL keeps port
 * 80. The credentials say that the push is plain text.
 * @param endpoint scheme, host and port
 */
export function urlOf(endpoint: string): { readonly url?: string } {
  return /^http:.*:80$/.test(endpoint) ? { url: endpoint.replace('http:', 'https:') } : {};
}
