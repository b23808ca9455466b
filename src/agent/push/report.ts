import { plain } from '../../export/index.ts';
import type { ErrorCode } from '../../internal/codes.ts';
import { oneLine } from '../../internal/errors.ts';
import type { Logger } from '../../internal/log/log.ts';

export interface ExportReportOptions {
  readonly log: Logger;
  /** Its name in the metric of failed exports. */
  readonly exporter: string;
  readonly endpoint: string;
  /** The pushed signal, for the log: `metrics`. */
  readonly what: string;
  /** Removes credentials from a text. */
  readonly hide: (text: string) => string;
}

/** Logs once that exports start to fail and once that they succeed again. Counts each failure. */
export class ExportReport {
  failures = 0;
  readonly #options: ExportReportOptions;
  #state: 'new' | 'fine' | 'failing' = 'new';
  #failed = 0;

  constructor(options: ExportReportOptions) {
    this.#options = options;
  }

  /** Called after each export, with the error if it failed. */
  onExport(error: unknown): void {
    const { log, exporter, endpoint, what, hide } = this.#options;
    if (error === undefined) {
      if (this.#state === 'new') log.info({ exporter, endpoint }, `${what} are pushed`);
      if (this.#state === 'failing') log.info({ exporter, endpoint, failures: this.#failed }, `${what} are pushed again`);
      this.#state = 'fine';
      this.#failed = 0;
      return;
    }
    this.failures += 1;
    this.#failed += 1;
    const level = this.#state === 'failing' ? 'debug' : 'warn';
    log[level]({ exporter, endpoint, code: 'CW_PUSH' satisfies ErrorCode, error: hide(plain(oneLine(error))) }, `${what} cannot be pushed`);
    this.#state = 'failing';
  }
}
