import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARM64_KERNELS, agentNodeVersion, fetchKernel, makeNpmPackages, PLATFORMS, runOnArm64, whyNoArm64 } from '../../scripts/lib/test/packages.mjs';
import { announcedRandom } from '../harness/random.ts';
import { countsMade, countsOf, lossesOf, unbalanced } from '../harness/scrape/counts.ts';
import { parsePage } from '../harness/scrape/exposition.ts';
import { Arm64Root, type Libc } from './arm64-root.ts';
import { Registry } from './registry.ts';

const MINUTES = 60_000;
const why = whyNoArm64();

describe.skipIf(why !== undefined)(`the npm packages on arm64${why === undefined ? '' : ` (${why})`}`, () => {
  const random = announcedRandom('arm64');
  let registry: Registry;
  beforeAll(async () => {
    const archives = await makeNpmPackages(PLATFORMS.filter(({ name }) => name.startsWith('linux-arm64-')));
    registry = await Registry.start();
    for (const archive of archives) await registry.publish(archive);
  }, 30 * MINUTES);
  afterAll(() => registry?.[Symbol.asyncDispose]());

  /** One of each: in an emulated machine, as all of this. */
  const connections = () =>
    ['127.0.0.1', '::1'].flatMap((address) => {
      const to = (port: number) => ['--port', `${port}`, '--address', address, '--count', `${random.between(20, 60)}`];
      return [
        { name: random.name('opened'), args: ['plain', ...to(0), '--own-listener'] },
        { name: random.name('refused'), args: ['plain', ...to(7)] },
        { name: random.name('reset'), args: ['plain', ...to(0), '--own-listener', '--end', 'rst'] },
      ];
    });

  describe.each<{ libc: Libc; platform: string }>([
    { libc: 'glibc', platform: 'linux-arm64-gnu' },
    { libc: 'musl', platform: 'linux-arm64-musl' },
  ])('with $libc', ({ libc, platform }) => {
    let root: Arm64Root;
    beforeAll(async () => {
      root = await Arm64Root.create(libc, registry.options, agentNodeVersion);
    }, 10 * MINUTES);
    afterAll(() => root?.[Symbol.dispose]());

    it('npm installs the one package that fits', () => {
      expect(root.platforms).toEqual([platform]);
    });

    it.each(ARM64_KERNELS)('count each connection once on Linux $name', async (kernel) => {
      const cases = connections();
      const { result, output } = await runOnArm64(await fetchKernel(kernel), root.path, cases);
      if (result === undefined) throw new Error(`the guest did not get to the end:\n${output}`);
      expect([result.architecture, result.kernel.startsWith(`${kernel.name}.`), result.version.code, result.doctor.code]).toEqual(['arm64', true, 0, 0]);
      expect(result.exit, result.log.join('\n')).toEqual({ code: 0, signal: null });
      expect(result.made.map(({ name, failed }) => ({ name, failed }))).toEqual(cases.map(({ name }) => ({ name, failed: undefined })));
      // The generator made what it was asked for.
      const counts = cases.map(({ args }) => Number(args[args.indexOf('--count') + 1]));
      expect(result.made.map(({ truth }) => truth.attempts)).toEqual(counts);
      const page = parsePage(result.page);
      expect(cases.map(({ name }) => countsOf(page, { process_executable_name: name }))).toEqual(result.made.map(({ truth }) => countsMade(truth)));
      expect(unbalanced(page)).toEqual({});
      expect(lossesOf(page)).toEqual({});
    }, 20 * MINUTES);
  });
});
