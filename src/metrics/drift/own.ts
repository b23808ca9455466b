import { COLUMN, COLUMNS, type Snapshot } from '../../stream/snapshot.ts';
import { OUTCOMES } from '../../words/outcomes.ts';
import { TCP_CLOSE_WAIT, TCP_ESTABLISHED, TCP_SYN_RECV, TCP_SYN_SENT } from '../../words/tcp-states.ts';
import type { KeyTable } from '../key-table.ts';

/** What a window adds to our totals, and what is live at its end, in one network namespace. */
export interface OwnTotals {
  /** Connects that have ended and for which a SYN was queued (ActiveOpens: tcp_connect, net/ipv4/tcp_output.c). */
  active: number;
  /** Children of listeners (PassiveOpens: tcp_create_openreq_child, net/ipv4/tcp_minisocks.c). */
  passive: number;
  /** Connects that ended with an error in the socket (AttemptFails: tcp_done, net/ipv4/tcp.c). */
  errored: number;
  /** Ends out of ESTABLISHED or CLOSE_WAIT (EstabResets: tcp_set_state, net/ipv4/tcp.c). */
  aborted: number;
  /** Connects that have not ended at the cut. */
  pending: number;
  /** Sockets in ESTABLISHED or CLOSE_WAIT at the cut (CurrEstab). */
  established: number;
}

/** By inode number of the namespace. What has no key has no namespace. */
export function ownTotals(snapshot: Snapshot, keys: Pick<KeyTable, 'side'>): Map<number, OwnTotals> {
  const totals = new Map<number, OwnTotals>();
  const of = (netns: number): OwnTotals => {
    let total = totals.get(netns);
    if (total === undefined) totals.set(netns, (total = { active: 0, passive: 0, errored: 0, aborted: 0, pending: 0, established: 0 }));
    return total;
  };
  const { rows, counts } = snapshot;
  for (let row = 0; row < rows; row++) {
    const key = keys.side(snapshot.keys[row]!);
    if (key === undefined) continue;
    const total = of(key.netns);
    const first = row * COLUMNS;
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) total.active += counts[first + COLUMN.connect + outcome]!;
    total.active -= counts[first + COLUMN.noSyn]!;
    total.passive += counts[first + COLUMN.accept]!;
    total.errored += counts[first + COLUMN.errored]!;
    total.aborted += counts[first + COLUMN.aborted]!;
  }
  const { live } = snapshot.cut;
  for (let row = 0; row < live.rows; row++) {
    const key = keys.side(live.key[row]!);
    if (key === undefined) continue;
    const state = live.state[row]!;
    const total = of(key.netns);
    if (state === TCP_ESTABLISHED || state === TCP_CLOSE_WAIT) total.established += live.count[row]!;
    if (key.role === 'client' && (state === TCP_SYN_SENT || state === TCP_SYN_RECV)) total.pending += live.count[row]!;
  }
  return totals;
}
