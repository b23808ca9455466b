/** What `/health` answers. */
export interface Status {
  readonly ready: boolean;
  readonly alive: boolean;
  /** Unix seconds at the answer. */
  readonly timestamp: number;
}
