import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { doctor } from '../harness/doctor.ts';
import { describeKernel } from '../harness/host.ts';
import { SILENCE, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { must } from '../harness/run.ts';
import { countsMade, countsOf, lossesOf, unbalanced } from '../harness/scrape/counts.ts';
import { Generator, type Truth } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';
import { allBpf, expectKernel, KERNEL } from './guest.ts';

describeKernel(`Linux ${KERNEL}`, () => {
  beforeAll(expectKernel);

  it('is enough, says doctor, and has kprobes and fexit as well', async () => {
    const { code, starts, missing, degraded, unknown, checks } = await doctor();
    expect({ code, starts, missing, degraded, unknown }).toEqual({ code: 0, starts: true, missing: [], degraded: [], unknown: [] });
    const found = (id: string) => checks.find((check) => check.id === id)?.found;
    expect(found('kernel')).toMatch(new RegExp(`^Linux ${KERNEL.replace('.', '\\.')}\\.`));
    expect(found('kprobes')).toMatch(/^available;/);
    expect(found('fexit')).toMatch(/^can be attached/);
  });
});

// The guest's own network namespace: the kernel's counters are those of the whole machine, this test's requests included.
describeKernel(`the agent on Linux ${KERNEL}`, () => {
  const random = announcedRandom('vm');
  const DRIFT = { ActiveOpens: 0, PassiveOpens: 0, AttemptFails: 0, EstabResets: 0, CurrEstab: 0 };
  let before: string[];
  let agent: Agent;
  let generator: Generator;

  beforeAll(async () => {
    await must(['nft', '-f', '-'], SILENCE);
    before = await allBpf();
    agent = await Agent.start();
    generator = new Generator();
  });
  afterAll(async () => {
    generator[Symbol.dispose]();
    await agent[Symbol.asyncDispose]();
  });

  it('is ready', async () => {
    expect((await fetch(`http://${agent.health}/readiness`)).status).toBe(200);
    // The first still window is where both sides of the drift begin.
    await agent.settles((page) => page.by('counter', 'connwatch_drift'), DRIFT);
  });

  it.each(['127.0.0.1', '::1'])('counts each connect and accept of %s once, and agrees with the kernel', async (address) => {
    const some = () => ['--count', `${random.between(20, 60)}`, '--address', address];
    const kinds = [
      ['plain', '--port', '0', '--own-listener', ...some()],
      ['plain', '--port', '7', ...some()],
      ['cancel', '--port', `${SILENT_PORT}`, ...some()],
    ];
    const names = kinds.map(() => random.name('made'));
    const made: Truth[] = [];
    for (const [index, args] of kinds.entries()) made.push(await generator.run(names[index]!, args));
    const count = made.map(({ attempts }) => attempts);
    expect(made.map(({ successes, accepts, failures }) => ({ successes, accepts, failures }))).toEqual([
      { successes: count[0], accepts: count[0], failures: {} },
      { successes: 0, accepts: 0, failures: { refused: count[1] } },
      { successes: 0, accepts: 0, failures: { cancelled: count[2] } },
    ]);
    const end = performance.now();
    const page = await agent.settles(
      (page) => ({
        counts: names.map((name) => countsOf(page, { process_executable_name: name })),
        drift: page.by('counter', 'connwatch_drift'),
        compared: page.select('connwatch_drift_age_seconds').map(({ value }) => value * 1000 < performance.now() - end),
      }),
      { counts: made.map(countsMade), drift: DRIFT, compared: Object.keys(DRIFT).map(() => true) },
    );
    expect(unbalanced(page)).toEqual({});
    expect(lossesOf(page)).toEqual({});
  });

  it('leaves no BPF program, map or link in the kernel', async () => {
    expect((await allBpf()).length).toBeGreaterThan(before.length);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    await until(allBpf, before);
  });
});
