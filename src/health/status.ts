/** The response of `/health`. */
export interface Status {
  readonly ready: boolean;
  readonly alive: boolean;
  /** Time of the response, Unix seconds. */
  readonly timestamp: number;
}
