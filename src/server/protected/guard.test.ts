import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { createGuard } from './guard.ts';
import { Passwords } from './passwords.ts';

it('answers 429 to passwords above the limit, and passes those that were right before', async () => {
  let compare: (same: boolean) => void = () => {};
  const passwords = new Passwords({ limit: 1, compare: () => new Promise((resolve) => (compare = resolve)) });
  const protection = { tls: undefined, headers: { 'x-added': '1' }, users: new Map([['a', 'hash']]) };
  const rethrow = (error: Error) => {
    throw error;
  };
  const guard = createGuard(() => protection, rethrow, passwords);
  const ask = (password: string) => {
    const got: { status?: number; headers: Record<string, unknown>; passed: boolean } = { headers: {}, passed: false };
    const response = {
      setHeader: (name: string, value: string) => (got.headers[name] = value),
      writeHead: (status: number, headers: object) => Object.assign(got, { status, headers: { ...got.headers, ...headers } }),
      end: () => {},
    };
    const authorization = `Basic ${Buffer.from(`a:${password}`).toString('base64')}`;
    const request = { headers: { authorization }, socket: { remoteAddress: '127.0.0.1' } };
    guard(request as unknown as IncomingMessage, response as unknown as ServerResponse, () => (got.passed = true));
    return got;
  };
  const first = ask('right');
  expect(ask('guess')).toMatchObject({ status: 429, headers: { 'retry-after': '1', 'x-added': '1' }, passed: false });
  compare(true);
  await new Promise(setImmediate);
  expect(first).toMatchObject({ passed: true });
  const second = ask('guess');
  expect(ask('right')).toMatchObject({ passed: true });
  compare(false);
  await new Promise(setImmediate);
  expect(second).toMatchObject({ status: 401, passed: false });
});
