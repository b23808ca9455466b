import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { asError } from '../internal/errors.ts';
import type { Handler } from './config.ts';

/** Dispatches each path to its handler; 404 for unknown paths, 500 if a handler throws. */
export function router(routes: ReadonlyMap<string, Handler>, onError: (error: Error) => void): RequestListener {
  return (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    // Catches a handler that writes after the end. A client that went away is not an error.
    response.on('error', onError);
    void handle(routes.get(pathOf(request)) ?? notFound, request, response, onError);
  };
}

/** Of a target in absolute form, which a server must accept (RFC 9112, 3.2.2), too. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/';
}

async function handle(handler: Handler, request: IncomingMessage, response: ServerResponse, onError: (error: Error) => void) {
  try {
    await handler(request, response);
  } catch (thrown) {
    onError(asError(thrown));
    // The answer has started, so only closing the connection tells the client.
    if (response.headersSent) response.destroy();
    else sendText(response, 500, 'Internal server error\n');
  }
}

const notFound: Handler = (_, response) => sendText(response, 404, 'Not found\n');

function sendText(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** A page for GET and HEAD. Calls `page` for each request. */
export function pageHandler(page: () => string): Handler {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendText(response, 405, 'Method not allowed\n');
      return;
    }
    const body = page();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    });
    response.end(body);
  };
}
