import type { ClientSource } from '../../live/client/source.ts';
import type { SocketInfo, SocketsMessage } from '../../live/sockets/sockets.ts';
import { socketCsv, socketTable } from '../../live/text/sockets.ts';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';
import { first } from '../../live/client/first.ts';
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
  const stop = new AbortController();
  using _signals = stopSignals(host, () => stop.abort());
  const { sockets } = await first<SocketsMessage>((take) => source.sockets(take), stop.signal);
  host.stdout(FORMATS[format](sockets));
  return EXIT.fine;
}
