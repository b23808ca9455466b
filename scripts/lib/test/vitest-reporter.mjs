import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Writes the results for the summary of scripts/test.mjs to the file $CONNWATCH_TEST_RESULTS. */
export default class ResultsReporter {
  onInit(vitest) {
    this.pattern = vitest.config.testNamePattern;
    this.root = vitest.config.root;
  }

  onTestRunEnd(modules, unhandledErrors) {
    const results = { outcomes: [], broken: unhandledErrors.map((error) => String(error.message)) };
    for (const module of modules) this.#add(module, results);
    writeFileSync(process.env.CONNWATCH_TEST_RESULTS, JSON.stringify(results));
  }

  #add(module, results) {
    const file = relative(this.root, module.moduleId);
    for (const suite of [module, ...module.children.allSuites()])
      if (suite.errors().length > 0) results.broken.push(`${file}: ${suite.fullName ?? 'the file'}`);
    for (const test of module.children.allTests()) {
      const { state, note } = test.result();
      if (state === 'skipped' && !this.#chosen(test)) continue;
      results.outcomes.push({
        file,
        name: test.fullName,
        // It never ended, because the run was interrupted.
        state: state === 'pending' ? 'failed' : state,
        ...(state === 'skipped' && { reason: note ?? reasonAbove(test) }),
      });
    }
  }

  // Vitest also reports tests that -t excludes as skipped.
  #chosen(test) {
    return !this.pattern || this.pattern.test(test.fullName.replaceAll(' > ', ' '));
  }
}

/** Reason of a test without an error of its own: the failed hook before it, otherwise the text in brackets in the titles. */
function reasonAbove(test) {
  for (let parent = test.parent; parent; parent = parent.parent)
    if (parent.errors().length > 0) return 'what runs before it failed';
  return /\(([^()]+)\)[^()]*$/.exec(test.fullName)?.[1];
}
