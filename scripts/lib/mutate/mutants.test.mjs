import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { at } from '../paths.mjs';
import { MUTANTS } from './mutants.mjs';
import { mutated } from './mutate.mjs';

// A change of the kernel programs fails here at once if a mutant no longer matches, not only in the next mutation run.
test.each(MUTANTS)('$idea: $name: fits the source', (mutant) => {
  expect([...mutated(mutant).keys()].sort()).toEqual([...new Set(mutant.edits.map(({ file }) => file))].sort());
  expect(existsSync(at(mutant.test))).toBe(true);
});

test('an edit that stands nowhere is refused', () => {
  const edits = [{ file: 'event.h', find: 'nothing of the kind', replace: '' }];
  expect(() => mutated({ name: 'stale', edits })).toThrow('the mutant "stale" does not fit bpf/event.h.');
});
