import { dropPrivileges } from '../ebpf/privileges.ts';
import type { Logger } from '../internal/log/log.ts';

/** Drops the capabilities that an attached agent does not need, and logs those that it keeps and why. */
export function giveUpPrivileges(log: Pick<Logger, 'info' | 'warn'>, drop: typeof dropPrivileges = dropPrivileges): void {
  const { keeps, why, bounding, noNewPrivileges, left, threads } = drop();
  if (threads === 0) return log.warn('privileges dropped, but this cannot be verified: /proc cannot be read');
  log.info({ keeps, why, bounding, noNewPrivileges }, 'privileges dropped');
  // Node.js has a thread that waits for SIGUSR1 and blocks all other signals.
  if (left.length > 0) log.warn({ left }, 'a thread keeps its capabilities: run Node.js with --disable-sigusr1');
}
