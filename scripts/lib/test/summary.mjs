/**
 * @typedef {{file: string, name: string, state: 'passed' | 'failed' | 'skipped', reason?: string}} Outcome
 * @typedef {{outcomes: Outcome[], broken: string[], left?: string[]}} Results broken: files, suites and unhandled errors
 *   that failed outside of a test
 */

/** A test that needs root and a kernel that can run the programs. */
const isKernelTest = (file) => file.startsWith('test/kernel/') || file.startsWith('test/vm/');

/**
 * Sums up a run.
 * @param {Results} results
 * @param {{kernelMustRun: boolean}} host
 * @returns {{lines: string[], counts: {passed: number, failed: number, skipped: number}, ok: boolean}} lines: what
 *   skipped and why, what is wrong, and the counts last
 */
export function summarise({ outcomes, broken, left = [] }, { kernelMustRun }) {
  const inState = (state) => outcomes.filter((outcome) => outcome.state === state);
  const skipped = inState('skipped');
  const passed = inState('passed').length;
  const failed = inState('failed').length + broken.length + left.length;
  const lines = [];
  if (skipped.length > 0) lines.push('Skipped:', ...skippedLines(skipped));
  const forbidden = kernelMustRun ? skipped.filter(({ file }) => isKernelTest(file)).length : 0;
  if (forbidden > 0)
    lines.push(`Failed: ${forbidden} kernel test(s) were skipped, although this is root on a kernel with BTF.`);
  if (left.length > 0) lines.push('Failed: the tests left behind:', ...left.map((thing) => `  ${thing}`));
  if (passed + failed === 0) lines.push('Failed: no test ran.');
  lines.push(`connwatch: ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return { lines, counts: { passed, failed, skipped: skipped.length }, ok: failed === 0 && passed > 0 && forbidden === 0 };
}

function skippedLines(skipped) {
  return skipped.map(({ file, name, reason }) => `  ${file}: ${name}: ${reason ?? 'gives no reason'}`);
}
