import { createServer } from 'node:net';
import type { Settings } from '../../config/index.ts';
import { ConnwatchError, oneLine } from '../../internal/errors.ts';
import { listen } from '../../server/listen.ts';
import type { Port } from '../types.ts';

/** Binds each server's address like the server, and releases it. */
export async function tryPorts(settings: Pick<Settings, 'metricsAddr' | 'healthAddr'>): Promise<Port[]> {
  return [await tryPort('metrics', settings.metricsAddr), await tryPort('health', settings.healthAddr)];
}

async function tryPort(server: Port['server'], address: string): Promise<Port> {
  const listener = createServer();
  try {
    await listen(listener, server, address);
    return { server, address };
  } catch (error) {
    const { code, hint } = error instanceof ConnwatchError ? error : { code: 'CW_SERVER' as const, hint: '' };
    const message = error instanceof Error ? error.message : oneLine(error);
    return { server, address, problem: { code, message, hint } };
  } finally {
    if (listener.listening) await new Promise((resolve) => listener.close(resolve));
  }
}
