import type { Fault } from '../fault.ts';
import { collector } from './collector.ts';
import { descriptors } from "./descriptors.ts";
import { mapFull } from "./map-full.ts";
import { ringFull } from "./ring-full.ts";

/** In the order in which they are made. */
export const FAULTS: readonly Fault[] = [...collector, ringFull, mapFull, descriptors];
