/** What clients of one server may use. Times are milliseconds. docs/operations.md lists them for users. */
export interface Limits {
  /** Open connections. One more replaces a connection without a request. @default 128 */
  readonly connections: number;
  /** Requests that are answered at the same time. Others wait for one of these to end. @default 16 */
  readonly responses: number;
  /** Unanswered requests of one connection. @default 8 */
  readonly pipelined: number;
  /** From the start of a connection to the end of its first request's headers; includes the TLS handshake. @default 5000 */
  readonly firstRequest: number;
  /** Between two requests. Longer than scrape intervals, so that Prometheus, which gives up after 5 minutes itself, keeps its connection. @default 305000 */
  readonly nextRequest: number;
  /** How long a client may take to read a response while other requests wait. With 16 responses at a time, 60 clients that never read keep others from theirs for 6 s, less than Prometheus waits. @default 1000 */
  readonly slowReader: number;
  /** How long after a response has ended its client may still be reading it, when the server closes. @default 5000 */
  readonly reads: number;
  /** From a request to the last byte of its response. @default 120000 */
  readonly response: number;
  /** How long nothing may move on a connection during a request or a response. @default 60000 */
  readonly stalled: number;
  /** Between two checks of these times. @default 500 */
  readonly checkEvery: number;
}

export const DEFAULT_LIMITS: Limits = {
  connections: 128,
  responses: 16,
  pipelined: 8,
  firstRequest: 5_000,
  nextRequest: 305_000,
  slowReader: 1_000,
  reads: 5_000,
  response: 120_000,
  stalled: 60_000,
  checkEvery: 500,
};
