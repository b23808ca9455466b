/*
 * HTTP on a Unix socket, because every tool speaks it:
 *
 *   curl -sN --unix-socket /run/connwatch/connwatch.sock http://connwatch/trace
 *
 * Answers are JSON, one object per line. A command asks by POST and keeps its request open; when the request ends, the
 * agent writes a last message and ends its answer.
 */

/** Changes when an answer does in a way that older commands misunderstand. */
export const PROTOCOL = '1';
export const PROTOCOL_HEADER = 'connwatch-protocol';
export const VERSION_HEADER = 'connwatch-version';

/** Clients at the same time. */
export const MOST_CLIENTS = 16;
/** What may wait for a client that reads slowly, bytes. */
export const MOST_WAITING = 1 << 20;
