import type { Chapter } from '../case.ts';
import { agent } from './agent.ts';
import { beforeSyn } from './before-syn.ts';
import { data } from './data.ts';
import { ends } from './ends.ts';
import { fastOpen } from './fast-open.ts';
import { givenUp } from './given-up.ts';
import { listeners } from './listeners.ts';
import { load } from './load.ts';
import { mptcp } from './mptcp.ts';
import { namespaces } from './namespaces.ts';
import { outcomes } from './outcomes.ts';
import { owners } from './owners.ts';
import { reuse } from './reuse.ts';

/** In the order of the table. */
export const CHAPTERS: readonly Chapter[] = [outcomes, givenUp, beforeSyn, reuse, fastOpen, mptcp, listeners, ends, data, owners, namespaces, agent, load];
