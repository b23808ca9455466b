import type { Page } from '../harness/scrape/exposition.ts';
import type { Family } from './family.ts';
import type { KernelCounter } from './kernel-counters.ts';
import type { Tallies } from './tally.ts';
import type { Watch } from './world/watch.ts';
import type { World } from './world/world.ts';

/** The observing agents. usual: default settings; syscall: `--sync-failures syscall`. */
export interface Agents {
  readonly usual: Watch;
  readonly syscall: Watch;
}

/** One kind of connection, and the counts that must come out. */
export interface Case {
  /** Unique. Says what happens. */
  readonly name: string;
  /** Says how it is made, in one line. */
  readonly made: string;
  /** @default both */
  readonly families?: readonly Family[];
  /** Makes the connections, in network namespaces of its own. */
  readonly run: (world: World) => Promise<unknown>;
  /** Counts of each executable at the end, when every process of the case has ended. */
  readonly expect: Tallies;
  /** Attempts for which no SYN was queued. @default those without a local port */
  readonly unsent?: number;
  /** How many of the unsent attempts have an outcome that usually follows a SYN. @default 0 */
  readonly failedUnsent?: number;
  /** Kernel counters that do not follow from `expect`. gone: the namespaces no longer exist; any: the value depends on timing. @default no EstabResets, nothing open */
  readonly kernel?: Partial<Record<KernelCounter, number | 'any'>> | 'gone';
  /** Whether the processes of the case know what they made. If not, only the kernel's counters and `expect` are compared. @default true */
  readonly truth?: boolean;
  /** The reason if it cannot be made or observed here; otherwise undefined. */
  readonly cannot?: (page: Page) => string | undefined;
  /** The agent to compare with: syscall also observes failures before a SYN, on any kernel. @default usual */
  readonly agent?: keyof Agents;
  /** quick: `npm test` runs it too. heavy: one at a time. alone: no other case runs at the same time. @default quick */
  readonly load?: 'quick' | 'slow' | 'heavy' | 'alone';
}

/** Cases of one kind: a section of the table. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly Case[];
}
