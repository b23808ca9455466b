import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Writes what scripts/test.mjs sums up to the file that $CONNWATCH_TEST_RESULTS names. */
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
        // Never ended: the run was cut short.
        state: state === 'pending' ? 'failed' : state,
        ...(state === 'skipped' && { reason: note ?? reasonAbove(test) }),
      });
    }
  }

  // To Vitest, what -t leaves out is skipped as well.
  #chosen(test) {
    return !this.pattern || this.pattern.test(test.fullName.replaceAll(' > ', ' '));
  }
}

/** Of a test that has none of its own: the hook that failed before it, else what the titles say in brackets. */
function reasonAbove(test) {
  for (let parent = test.parent; parent; parent = parent.parent)
    if (parent.errors().length > 0) return 'what runs before it failed';
  return /\(([^()]+)\)[^()]*$/.exec(test.fullName)?.[1];
}
