/** One comparison of a run. */
export interface Check {
  readonly what: string;
  readonly counted: string;
  /** What it had to be, in words. */
  readonly expected: string;
  readonly holds: boolean;
}
