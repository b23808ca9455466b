import type { Fault } from '../fault.ts';
import { collector } from './collector.ts';

/** In the order in which they are made. */
export const FAULTS: readonly Fault[] = [...collector];
