import { expect, it } from 'vitest';
import { RUNGS } from '../../words/rungs.ts';
import { climb, objectOf } from './rungs.ts';

const PATHS = RUNGS.map(objectOf);

/** Opens only these paths; the addon refuses the others. */
const kernel = (accepted: readonly string[], errno = 22) => (path: string) => {
  if (accepted.includes(path)) return path;
  throw Object.assign(new Error(`refused ${path}`), { code: 'CW_BPF_LOAD', errno, stage: 'load', libbpfLog: '' });
};

it.each(RUNGS.map((rung, index) => [rung, index] as const))('takes %s where the %i better ones are refused, and says why', (rung, index) => {
  const climbed = climb('auto', undefined, kernel(PATHS.slice(index)));
  expect({ opened: climbed.opened, rung: climbed.rung }).toEqual({ opened: PATHS[index], rung });
  expect(climbed.refused.map(({ rung }) => rung)).toEqual(RUNGS.slice(0, index));
  for (const [at, { reason }] of climbed.refused.entries()) expect(reason).toContain(`refused ${PATHS[at]}`);
});

it('takes only the given one', () => {
  expect(climb('kprobe', undefined, kernel(PATHS))).toEqual({ opened: PATHS[3], rung: 'kprobe', refused: [] });
  expect(() => climb('raw', undefined, kernel(PATHS.slice(2)))).toThrow(`refused ${PATHS[1]}`);
});

it('says why the best was refused where all are', () => {
  expect(() => climb('auto', undefined, kernel([]))).toThrow(`refused ${PATHS[0]}`);
});

it.each([[1, 'no privileges'], [12, 'no memory'], [24, 'no descriptors']])('does not go on after errno %i: %s', (errno) => {
  expect(() => climb('auto', undefined, kernel(PATHS.slice(1), errno))).toThrow(`refused ${PATHS[0]}`);
});
