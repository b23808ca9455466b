import type { BoundAddress } from '../server/index.ts';

/** Where a browser on this machine finds the page of a server that listens there. */
export function pageUrl({ address, port, text }: Pick<BoundAddress, 'address' | 'port' | 'text'>, tls: boolean): string {
  // Not ::1, since localhost may be the address of IPv4 alone.
  const host = ['::', '0.0.0.0', '127.0.0.1'].includes(address) ? `localhost:${port}` : text;
  return `${tls ? 'https' : 'http'}://${host}/`;
}
