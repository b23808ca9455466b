import { diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { afterEach, expect, it } from 'vitest';
import { routeDiagnostics } from './diagnostics.ts';

let end = () => {};
afterEach(() => end());

function route(): string[] {
  const said: string[] = [];
  end = routeDiagnostics((message) => said.push(message));
  return said;
}

it('passes on warnings and errors, each text once, and nothing less', () => {
  const said = route();
  for (let i = 0; i < 3; i++) {
    diag.warn('careful', 'now');
    diag.error('failed:', new Error('no disk'));
    globalErrorHandler(new Error('thrown'));
    diag.info('hello');
    diag.debug('payload');
  }
  expect(said).toEqual(['careful now', 'failed: no disk', 'thrown']);
});

it('never passes on an object', () => {
  const said = route();
  diag.warn('could not read', { secret: 1 }, Buffer.from('payload'), ['x']);
  diag.error({ secret: 1 } as unknown as string);
  expect(said).toEqual(['could not read']);
});

it('remembers a hundred texts', () => {
  const said = route();
  for (let i = 0; i < 1000; i++) diag.warn(`text ${i}`);
  diag.warn('text 999');
  diag.warn('text 0');
  expect(said.length).toBe(1001);
});

it('ends', () => {
  const said = route();
  end();
  diag.warn('after');
  expect(said).toEqual([]);
});
