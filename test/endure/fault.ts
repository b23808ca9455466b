import type { Scene } from './scene.ts';

/** One thing that goes wrong around a running agent, and what must hold all the same. */
export interface Fault {
  /** Unique; for --only. */
  readonly name: string;
  /** What is done to the agent. */
  readonly done: string;
  /** What must hold. */
  readonly must: string;
  /** About how long it takes, seconds: after six times as long it has failed. */
  readonly seconds: number;
  /** Why it can't be made here; undefined where it can. */
  readonly refusal?: () => string | undefined;
  readonly run: (scene: Scene) => Promise<void>;
}

/** One comparison of a run. */
export interface Check {
  readonly what: string;
  readonly counted: string;
  /** What it had to be, in words. */
  readonly expected: string;
  readonly holds: boolean;
}

export interface Outcome extends Pick<Fault, 'name' | 'done' | 'must'> {
  readonly state: 'yes' | 'no' | 'skipped';
  /** Why it was skipped, or what ended the run early. */
  readonly why?: string;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

/** Thrown by a run that finds that it can't be made here. */
export class Skip extends Error {}
