import type { BoundAddress } from '../server/index.ts';

/** URL of a server's landing page for a browser on this machine. */
export function pageUrl({ address, port, text }: Pick<BoundAddress, 'address' | 'port' | 'text'>, tls: boolean): string {
  // Not ::1, because localhost may have an IPv4 address only.
  const host = ['::', '0.0.0.0', '127.0.0.1'].includes(address) ? `localhost:${port}` : text;
  return `${tls ? 'https' : 'http'}://${host}/`;
}
