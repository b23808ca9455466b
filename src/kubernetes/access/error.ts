import { ConnwatchError } from '../../internal/errors.ts';

/** What the API server or a kubelet did not answer, or not as expected. */
export class KubernetesError extends ConnwatchError {
  /** Of HTTP; undefined: there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, { status, hint = '', cause }: { readonly status?: number; readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { code: 'CW_KUBERNETES', hint, cause });
    this.status = status;
  }
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof KubernetesError ? error.status : undefined;
}
