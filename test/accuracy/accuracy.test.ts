import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeKernel } from '../harness/host.ts';
import { startAgents } from './agents.ts';
import { CHAPTERS } from './cases/index.ts';
import { FAMILIES } from './family.ts';
import type { Verdict } from './judge.ts';
import { runCases } from './run.ts';

/** The quick cases of `npm run accuracy`, made beside each other. */
describeKernel('accuracy', () => {
  const quick = CHAPTERS.map(({ title, cases }) => ({ title, cases: cases.filter(({ load = 'quick' }) => load === 'quick') }));
  const stack = new AsyncDisposableStack();
  let verdicts: readonly Verdict[] = [];

  beforeAll(async () => {
    verdicts = await runCases(quick, { agents: await startAgents(stack), lanes: 8, patience: 120 });
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  for (const { title, cases } of quick) {
    for (const { name, families = FAMILIES } of cases) {
      it.for(families)(`${title}: ${name}: %s`, (family, { skip }) => {
        const verdict = verdicts.find((found) => found.chapter === title && found.name === name && found.family === family);
        if (verdict?.state === 'cannot') skip(verdict.why);
        expect(verdict?.why).toBeUndefined();
        expect(verdict?.state).toBe('ok');
      });
    }
  }
});
