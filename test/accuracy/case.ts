import type { Page } from '../harness/scrape/exposition.ts';
import type { Family } from './family.ts';
import type { KernelCounter } from './kernel-counters.ts';
import type { Tallies } from './tally.ts';
import type { Watch } from './world/watch.ts';
import type { World } from './world/world.ts';

/** The agents that watch. usual: settings as they are; syscall: `--sync-failures syscall`. */
export interface Agents {
  readonly usual: Watch;
  readonly syscall: Watch;
}

/** One thing that can happen to connections, and what must be counted of it. */
export interface Case {
  /** Unique. What happens. */
  readonly name: string;
  /** How it is made, in one line. */
  readonly made: string;
  /** @default both */
  readonly families?: readonly Family[];
  /** Makes it, in namespaces that nobody else uses. */
  readonly run: (world: World) => Promise<unknown>;
  /** Of each executable, at the end, when every process of the case is gone. */
  readonly expect: Tallies;
  /** Attempts for which no SYN was queued. @default those without a local port */
  readonly unsent?: number;
  /** Those of them that failed in a way in which others fail after a SYN. @default 0 */
  readonly failedUnsent?: number;
  /** Counters of the namespaces that don't follow from `expect`. @default no EstabResets, nothing open; gone: so are the namespaces; any: it depends on who is faster */
  readonly kernel?: Partial<Record<KernelCounter, number | 'any'>> | 'gone';
  /** Whether its own processes know what they made; false where they can't, and only kernel and case judge. @default true */
  readonly truth?: boolean;
  /** Why it can't be made or seen here; undefined where it can. */
  readonly cannot?: (page: Page) => string | undefined;
  /** Whose page: syscall also sees failures before a SYN, on any kernel. @default usual */
  readonly agent?: keyof Agents;
  /** quick: in `npm test` too. heavy: one at a time. alone: with nothing beside it. @default quick */
  readonly load?: 'quick' | 'slow' | 'heavy' | 'alone';
}

/** Cases of a kind: a part of the table. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly Case[];
}
