import type { ErrorCode } from '../internal/codes.ts';
import { ConnwatchError } from '../internal/errors.ts';
import { tracefs } from './findings/host.ts';
import { helpers, PRECONDITIONS, programs, ringBuffer, storages, syncFailures } from './findings/kernel.ts';
import { lockedMemory } from './findings/locked-memory.ts';
import type { Check, Facts } from './types.ts';

/** Codes of refusals by the kernel. */
const REFUSALS: readonly ErrorCode[] = ['CW_PERMISSION', 'CW_BPF_LOAD', 'CW_BPF_ATTACH', 'CW_TRACEFS'];

/**
 * Explains a refusal of the kernel by the first check that fails. Returns other
 * errors, and refusals that no check explains, unchanged.
 */
export function explain(error: unknown, facts: () => Facts): unknown {
  if (!(error instanceof ConnwatchError) || !REFUSALS.includes(error.code)) return error;
  const cause = firstMissing(facts());
  if (cause?.code === undefined) return error;
  return new ConnwatchError(`The BPF programs cannot be loaded: ${cause.found}.`, {
    code: cause.code,
    hint: `${capital(cause.todo ?? '')}. Run 'connwatch doctor' for all checks.`,
    cause: error,
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function firstMissing(facts: Facts): Check | undefined {
  return [...PRECONDITIONS, lockedMemory, ringBuffer, storages, programs, helpers, syncFailures, tracefs]
    .flatMap((check) => check(facts))
    .find(({ status }) => status === 'missing');
}
