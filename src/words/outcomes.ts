/** How a connect attempt ended; index = enum cw_outcome (bpf/event.h). All but the first are values of `error.type`. */
export const OUTCOMES = [
  'success',
  'refused',
  'timeout',
  'reset',
  'host_unreachable',
  'network_unreachable',
  'address_unavailable',
  'permission_denied',
  'unanswered',
  'cancelled',
  'other',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
