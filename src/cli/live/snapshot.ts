import { ConnwatchError } from '../../internal/errors.ts';
import type { ClientSource } from '../../live/client/source.ts';
import type { SocketInfo } from '../../live/sockets/sockets.ts';
import { socketCsv, socketTable } from '../../live/text/sockets.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';
import { stopSignals } from './signals.ts';

export type SnapshotFormat = 'table' | 'json' | 'csv';

const FORMATS: Readonly<Record<SnapshotFormat, (sockets: readonly SocketInfo[]) => string>> = {
  table: socketTable,
  csv: socketCsv,
  json: (sockets) => sockets.map((socket) => `${JSON.stringify(socket)}\n`).join(''),
};

/**
 * `connwatch snapshot`: what is open now.
 * @throws (rejects) ConnwatchError
 */
export async function snapshot(source: ClientSource, format: SnapshotFormat, host: Pick<Host, 'stdout' | 'events' | 'takeOverSignals'>): Promise<number> {
  let sockets: readonly SocketInfo[] | undefined;
  const watching = source.sockets((message) => {
    ({ sockets } = message);
    // Not at once: without an agent this is within the call.
    queueMicrotask(() => watching.end());
  });
  using _signals = stopSignals(host, () => watching.end());
  await watching.ended;
  if (sockets === undefined) throw new ConnwatchError('there was no answer before the end.', { code: 'CW_LIVE', hint: 'Try again, and see the log of the agent.' });
  host.stdout(FORMATS[format](sockets));
  return EXIT.fine;
}
