import type { ServerResponse } from 'node:http';
import { asError } from '../../internal/errors.ts';
import type { Guard } from '../limited/server.ts';
import { Passwords } from './passwords.ts';
import type { Protection } from './protection.ts';

/** Passes requests with the right password of a user, and adds headers to every response. */
export function createGuard(protection: () => Protection, onError: (error: Error) => void, passwords = new Passwords()): Guard {
  return (request, response, next) => {
    const { users, headers } = protection();
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (users.size === 0) return next();
    const answer = (verdict: boolean | 'busy') => {
      if (response.destroyed) return;
      if (verdict === true) next();
      else if (verdict === 'busy') refuse(response, 429, 'Too many requests with a password that is not known yet\n', { 'retry-after': '1' });
      else refuse(response, 401, 'Unauthorized\n', { 'www-authenticate': 'Basic realm="connwatch", charset="UTF-8"' });
    };
    const verdict = passwords.check(request.headers.authorization, users, request.socket.remoteAddress ?? '');
    if (!(verdict instanceof Promise)) return answer(verdict);
    verdict.then(answer).catch((error: unknown) => {
      onError(asError(error));
      if (!response.destroyed) refuse(response, 500, 'Internal server error\n', {});
    });
  };
}

function refuse(response: ServerResponse, code: number, body: string, headers: Record<string, string>): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
