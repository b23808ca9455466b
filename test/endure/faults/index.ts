import type { Fault } from '../fault.ts';
import { collector } from './collector.ts';
import { descriptors } from './descriptors.ts';
import { mapFull } from './map-full.ts';
import { memoryLimit } from './memory-limit.ts';
import { ringFull } from './ring-full.ts';
import { signals } from './signals.ts';
import { starved } from './starved.ts';

/** In the order in which they are made. */
export const FAULTS: readonly Fault[] = [...collector, ringFull, mapFull, descriptors, memoryLimit, starved, ...signals];
