import { getSystemErrorName } from 'node:util';
import type { Check } from '../types.ts';

export const ok = (id: string, found: string): Check => ({ id, status: 'ok', found });
export const info = (id: string, found: string): Check => ({ id, status: 'info', found });
export const unknown = (id: string, found: string): Check => ({ id, status: 'unknown', found });

/** Needs a cost and a remedy. */
export const degraded = (id: string, found: string, cost: string, todo: string): Check => ({ id, status: 'degraded', found, cost, todo });

/** Without this the agent does not start. */
export function missing(id: string, code: NonNullable<Check['code']>, found: string, todo: string): Check {
  return { id, status: 'missing', found, cost: 'the agent does not start', todo, code };
}

/** `EPERM`, or the number if the system has no name for it (such as the kernel's 524, ENOTSUPP). */
export function errnoName(errno: number): string {
  if (errno === 0) return 'no reason given';
  if (errno === 524) return 'ENOTSUPP';
  return getSystemErrorName(-errno).replace(/^Unknown system error -(\d+)$/, 'errno $1');
}
