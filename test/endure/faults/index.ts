import type { Fault } from '../fault.ts';
import { clock } from './clock.ts';
import { collector } from './collector.ts';
import { descriptors } from './descriptors.ts';
import { logs } from './logs.ts';
import { mapFull } from './map-full.ts';
import { memoryLimit } from './memory-limit.ts';
import { ringFull } from './ring-full.ts';
import { scrapers } from './scrapers.ts';
import { signals } from './signals.ts';
import { slowloris } from './slowloris.ts';
import { starved } from './starved.ts';
import { twoAgents } from './two-agents.ts';

/** In the order in which they are made. */
export const FAULTS: readonly Fault[] = [...collector, ringFull, mapFull, descriptors, memoryLimit, starved, ...signals, ...logs, ...scrapers, slowloris, twoAgents, clock];
