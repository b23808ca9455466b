import { expect, it } from 'vitest';
import type { Fault } from '../../endure/fault.ts';
import { FAULTS } from '../../endure/faults/index.ts';
import { runFault } from '../../endure/run.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';

/** The quick ones; all of them by `npm run endure`. */
const QUICK = ['collector-half-answer', 'descriptors', 'log-pipe-closed'];
/** Nothing is judged by how long an answer takes, but that it comes: others use this machine, too. */
const LIMITS = { answer: Number.POSITIVE_INFINITY, patience: 60_000 };

describeKernel('an agent to which this happens goes on and counts exactly', () => {
  const random = announcedRandom('faults');

  it.each(QUICK.map((name): [string, Fault] => [name, FAULTS.find((fault) => fault.name === name)!]))('%s', async (_, fault) => {
    const { state, why, checks } = await runFault(fault, random, LIMITS);
    expect({ state, why, missed: checks.filter(({ holds }) => !holds) }).toEqual({ state: 'yes', why: undefined, missed: [] });
    expect(checks.length).toBeGreaterThan(5);
  });
});
