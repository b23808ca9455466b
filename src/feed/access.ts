import type { IncomingMessage } from 'node:http';

export type Access = 'loopback' | 'everywhere';

const LOOPBACK_ADDRESS = /^(?:::1|(?:::ffff:)?127\.\d+\.\d+\.\d+)$/;
const LOOPBACK_HOST = /^(?:localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

/**
 * Whether a request may see the page. With `loopback` it must come from this machine, and the browser must have asked for a
 * name of this machine: otherwise a page on the web could send its own name here (DNS rebinding), or a proxy its clients.
 */
export function mayLook(access: Access, { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  if (access === 'everywhere') return true;
  const forwarded = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined;
  return !forwarded && LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') && LOOPBACK_HOST.test(headers.host ?? '');
}
