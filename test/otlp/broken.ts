import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

/** What stands where a collector should: takes connections and resets them, or is silent for ever. To be disposed of. */
export async function brokenListener(how: 'reset' | 'silent', port = 0): Promise<{ readonly port: number; readonly taken: () => number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (how === 'reset') socket.resetAndDestroy();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => taken,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
  };
}
