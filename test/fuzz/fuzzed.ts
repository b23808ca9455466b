/** What came of many inputs to one reader of foreign bytes. */
export interface Fuzzed {
  readonly what: string;
  /** The tool. */
  readonly by: string;
  readonly state: 'yes' | 'no' | 'skipped';
  /** Undefined when it was skipped. */
  readonly inputs?: number;
  readonly failures?: number;
  /** The first failure, or why it was skipped. */
  readonly why?: string;
}
