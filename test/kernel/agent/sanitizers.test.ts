import { describe, expect, it } from 'vitest';
import { describeKernel } from '../../harness/host.ts';
import { sanitized } from '../../harness/kernel/sanitizers.ts';
import { CLOSING } from '../../sanitized/closing.ts';
import { ENDING } from '../../sanitized/ending.ts';
import { RUNNING } from '../../sanitized/running.ts';

/** Loading a kernel's types takes the sanitizers long, and twenty workers do it. */
const PATIENT = { timeout: 600_000 };

/** Scenarios that end their process in another way. */
const CODES: Readonly<Record<string, number>> = {
  'is open when the process exits, in the middle of a batch': 7,
  'is open when an exception ends the process': 1,
};

describeKernel('the addon under AddressSanitizer and UBSan', PATIENT, () => {
  describe.each([
    ['closing', CLOSING],
    ['running', RUNNING],
    ['ending', ENDING],
  ])('%s', (_, scenarios) => {
    it.each(Object.keys(scenarios))('%s', async (scenario) => {
      const { code, signal, stderr } = await sanitized(scenario);
      expect({ code, signal }, stderr).toEqual({ code: CODES[scenario] ?? 0, signal: null });
      expect(stderr).not.toMatch(/Sanitizer|runtime error/);
    });
  });
});
