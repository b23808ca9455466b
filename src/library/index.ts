export { ConnwatchError } from '../internal/errors.ts';
export { watch } from './watch.ts';
export type { Watch } from './watch.ts';
export type { LocalOptions as WatchOptions } from '../live/client/local.ts';
export type { Activity, WindowSnapshot } from '../live/model/activity.ts';
export type { AcceptEvent, CloseEvent, ConnectEvent, LeftOut, TraceEvent } from '../live/trace/event.ts';
export type { SocketInfo } from '../live/sockets/sockets.ts';
export type { Outcome } from '../words/outcomes.ts';
export type { Role } from '../words/role.ts';
