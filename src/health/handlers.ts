import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Status } from './status.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

// Answers contain nothing about the machine, because everybody who reaches the port can read them.

export function livenessHandler(checker: { isAlive(): boolean }): Handler {
  return probe(() => (checker.isAlive() ? text(200, 'OK') : text(503, 'Not alive')));
}

export function readinessHandler(checker: { isReady(): boolean }): Handler {
  return probe(() => (checker.isReady() ? text(200, 'Ready') : text(503, 'Not ready')));
}

export function healthHandler(checker: { status(): Status }): Handler {
  return probe(() => {
    const { ready, alive, timestamp } = checker.status();
    return {
      code: ready && alive ? 200 : 503,
      type: 'application/json',
      body: `${JSON.stringify({ ready, alive, timestamp })}\n`,
    };
  });
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

function text(code: number, body: string): Answer {
  return { code, type: 'text/plain; charset=utf-8', body };
}

function probe(answer: () => Answer): Handler {
  return (request, response) => {
    const allowed = request.method === 'GET' || request.method === 'HEAD';
    const { code, type, body } = allowed ? answer() : text(405, 'Method not allowed');
    response.writeHead(code, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(allowed ? {} : { allow: 'GET, HEAD' }),
    });
    // Node.js omits the body of a response to HEAD.
    response.end(body);
  };
}
