import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { at } from '../harness/paths.ts';
import { must } from '../harness/run.ts';

// The addon's key table without the kernel: test/tools/keys.cc, with sanitizers.
const PROGRAM = at('build', 'test-tools', 'keys');
const SOURCES = ['client_ranges', 'command', 'details', 'keys', 'owners', 'workloads', 'shares'].map((name) => at('native', 'keys', `${name}.cc`));

beforeAll(async () => {
  const flags = ['-std=c++17', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover', '-I', at()];
  await must(['g++', ...flags, at('test', 'tools', 'keys.cc'), ...SOURCES, '-o', PROGRAM]);
});

/** Answers of the table to each line, as words. */
async function answers(limit: number, lines: readonly string[]): Promise<string[][]> {
  const text = await must([PROGRAM, `${limit}`], lines.map((line) => `${line}\n`).join(''));
  return text.split('\n').slice(0, -1).map((line) => line.split(' '));
}

const ownerOf = (pid: number, image = 3): string => String((BigInt(pid) << 32n) | BigInt(image));
const process = (pid: number, cgroup: number, name: string, image = 3): string => `process ${ownerOf(pid, image)} ${pid} ${pid} ${cgroup} ${name}`;

interface Cut {
  readonly keys: number;
  readonly images: number;
  readonly ended: number;
  readonly pending: number;
  readonly gone: number;
  readonly rows: number;
  readonly workloads: number;
}

function cutOf(words: readonly string[]): Cut {
  const [keys, images, ended, pending, gone, rows, workloads] = words.map(Number);
  return { keys: keys!, images: images!, ended: ended!, pending: pending!, gone: gone!, rows: rows!, workloads: workloads! };
}

describe('one that floods', () => {
  it('with destinations has 76 % of the numbers, and one shared number for the rest', async () => {
    const lines = [process(7, 1, 'flooder'), ...Array.from({ length: 5000 }, (_, i) => `connect ${ownerOf(7)} 1 1 ${i} 9 ${i}`), 'cut'];
    const answered = await answers(500, lines);
    const numbers = new Set(answered.slice(1, -1).map(([id]) => id));
    expect(numbers.size).toBe(762 + 1);
    expect(answered[763]).toEqual(['763', '1', '1', '1', 'flooder']);
    expect(cutOf(answered.at(-1)!)).toMatchObject({ keys: 763, ended: 5000, rows: 1 });
  });

  it('with executables has 80 %, whoever comes later has his own', async () => {
    const flood = Array.from({ length: 5000 }, (_, i) => [process(7, 1, `x${i}`, i + 3), `connect ${ownerOf(7, i + 3)} 1 1 1 9 ${i}`]).flat();
    const newcomer = [process(8, 2, 'quiet'), ...Array.from({ length: 50 }, (_, i) => `connect ${ownerOf(8)} 2 1 ${i} 9 ${i}`)];
    const answered = await answers(500, [...flood, ...newcomer, 'cut']);
    const folds = answered.filter((_, index) => index < flood.length && index % 2 === 1).map(([, fold]) => fold);
    // Then one number for each workload, as far as there is room, then one for the namespace.
    expect([folds.filter((it) => it === '0').length, folds.filter((it) => it === '1').length]).toEqual([800, 400]);
    expect(new Set(answered.slice(flood.length + 1, -1).map(([id, fold]) => `${fold} ${id}`)).size).toBe(50);
    expect(answered.slice(flood.length + 1, -1).every(([, fold]) => fold === '0')).toBe(true);
    expect(cutOf(answered.at(-1)!).ended).toBe(5050);
  });

  it('with processes of one executable needs one number, and leaves nothing behind', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => [process(i + 2, 1, 'sh'), `connect ${ownerOf(i + 2)} 1 1 1 9 ${i}`, `exit ${ownerOf(i + 2)}`]).flat();
    const answered = await answers(500, [...lines, 'cut', 'cut', 'cut', 'release 1', 'cut']);
    const [first, , third, , last] = answered.slice(-5).map(cutOf);
    expect(first).toMatchObject({ keys: 1, images: 20_001, ended: 20_000, pending: 0 });
    // The kernel's own image stays.
    expect(third).toMatchObject({ keys: 1, images: 1, gone: 1 });
    expect(last).toMatchObject({ keys: 0, images: 1, workloads: 1 });
  });
});

describe('a process', () => {
  it('that is told after its first connects has them', async () => {
    const answered = await answers(50, [`connect ${ownerOf(7)} 1 1 1 9 1`, process(7, 1, 'late'), 'cut']);
    expect(answered[0]!.slice(1)).toEqual(['0', '1', '1', '']);
    expect(cutOf(answered[2]!)).toMatchObject({ ended: 1, rows: 1 });
  });

  it('counts under the name it had when it connected', async () => {
    const answered = await answers(50, [process(7, 1, 'sh'), `connect ${ownerOf(7)} 1 1 1 9 1`, process(7, 1, 'curl', 4), `connect ${ownerOf(7, 4)} 1 1 1 9 2`, `connect ${ownerOf(7)} 1 1 2 9 3`, 'cut']);
    expect([1, 3, 4].map((index) => answered[index]![4])).toEqual(['sh', 'curl', 'sh']);
    expect(cutOf(answered[5]!)).toMatchObject({ ended: 3, rows: 1 });
  });
});

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('process' as const), pid: fc.integer({ min: 2, max: 40 }), name: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom('connect' as const, 'pending' as const), pid: fc.integer({ min: 0, max: 40 }), netns: fc.integer({ min: 1, max: 3 }), host: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), pid: fc.integer({ min: 2, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), id: fc.integer({ min: 0, max: 80 }) }) },
);
const CGROUPS = 3;

it('whatever comes in whatever order: each connect is counted once, in a number that says where it was, within all bounds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 300 }), fc.integer({ min: 1, max: 12 }), async (operations, limit) => {
      let [image, cookie] = [3, 0];
      const images = new Map<number, number>();
      const lines: string[] = [];
      for (const it of operations) {
        const cgroupOf = (pid: number) => (pid % CGROUPS) + 1;
        if (it.kind === 'process') {
          images.set(it.pid, ++image);
          lines.push(process(it.pid, cgroupOf(it.pid), `exe${it.name}`, image));
        } else if (it.kind === 'exit') lines.push(`exit ${ownerOf(it.pid, images.get(it.pid) ?? 0)}`);
        else if (it.kind === 'cut') lines.push('begin', 'cut');
        else if (it.kind === 'release') lines.push(`release ${it.id}`);
        else lines.push(`${it.kind} ${it.pid < 2 ? it.pid : ownerOf(it.pid, images.get(it.pid) ?? 3)} ${cgroupOf(it.pid)} ${it.netns} ${it.host} 9 ${++cookie}`);
      }
      const answered = await answers(limit, [...lines, 'cut']);
      const live = new Map<string, string>();
      let [ended, pending] = [0, 0];
      for (const [index, words] of answered.entries()) {
        const [kind, ...asked] = (lines[index] ?? 'cut').split(' ');
        if (kind === 'release') live.delete(asked[0]!);
        else if (kind === 'connect' || kind === 'pending') {
          const [id, fold, cgroup, netns, name] = words;
          const meaning = `${fold} ${cgroup} ${netns}`;
          if (fold === '0' || fold === '1') expect([cgroup, netns]).toEqual([asked[1], asked[2]]);
          if (fold === '2') expect([cgroup, netns, name]).toEqual(['0', asked[2], '']);
          // A number stands for one thing until it is released.
          expect(live.get(id!) ?? meaning).toBe(meaning);
          live.set(id!, meaning);
          if (kind === 'connect') ended += 1;
          else pending += 1;
          const held = (fold: string, cgroup?: string) => [...live.values()].filter((it) => it.startsWith(`${fold} ${cgroup ?? ''}`)).length;
          expect(held('0')).toBeLessThanOrEqual(2 * limit);
          expect(held('1')).toBeLessThanOrEqual(limit);
          for (let group = 1; group <= CGROUPS; group++) expect(held('0', `${group} `)).toBeLessThanOrEqual(Math.ceil(0.8 * 2 * limit));
        } else if (kind === 'cut') {
          expect(cutOf(words)).toMatchObject({ ended, pending, keys: live.size });
          [ended, pending] = [0, 0];
        }
      }
    }),
    { numRuns: 150 },
  );
});

it('the end of a connect counts where it was pending, also when its peer has got a number of its own', async () => {
  const peer = (kind: string, host: number, cookie = host) => `${kind} ${ownerOf(7)} 1 1 ${host} 9 ${cookie}`;
  // Both numbers for peers that one workload may have are taken when the third is pending.
  const lines = [process(7, 1, 'app'), peer('connect', 1), peer('connect', 2), 'begin', peer('pending', 3, 33), 'cut', 'release 1', 'release 2', peer('connect', 3, 33), peer('connect', 3, 34)];
  const answered = await answers(1, lines);
  expect(answered[4]!.slice(0, 2)).toEqual(['3', '1']);
  expect(answered[8]).toEqual(answered[4]);
  expect(answered[9]![1]).toBe('0');
});
