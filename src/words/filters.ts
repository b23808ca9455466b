import type { Role } from './role.ts';

/** What sockets can be selected by. A list matches if one of its values does; an absent one asks nothing. */
export interface Filter {
  /** Names, in which `*` stands for anything. */
  readonly executable?: readonly string[];
  readonly unit?: readonly string[];
  readonly container?: readonly string[];
  /** First and last, both included. Of a client the peer's, of a server its own. */
  readonly port?: readonly (readonly [number, number])[];
  /** Of the peer of a client: `10.0.0.0/8`. */
  readonly cidr?: readonly string[];
  /** Inode numbers of network namespaces; `own`: that of the agent. */
  readonly netns?: readonly (number | 'own')[];
  readonly role?: readonly Role[];
}

export const FILTER_FIELDS = ['executable', 'unit', 'container', 'port', 'cidr', 'netns', 'role'] as const satisfies readonly (keyof Filter)[];
