import type { Result } from './rows.ts';

export interface Context {
  readonly quick: boolean;
  /** One line of progress. */
  readonly say: (text: string) => void;
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  /** Why it can't run here; undefined when it can. */
  readonly refusal?: () => string | undefined;
  /** Only when it is named. */
  readonly apart?: boolean;
  readonly run: (context: Context) => Promise<Result>;
}
