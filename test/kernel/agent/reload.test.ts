import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { announcedRandom } from '../../harness/random.ts';
import { countsMade, countsOf, lossesOf } from '../../harness/scrape/counts.ts';
import { Generator } from '../../harness/traffic.ts';
import { until } from '../../harness/until.ts';

const RELOADED = 'settings reloaded';
const REFUSED = 'settings cannot be reloaded; the old ones stay';

describeKernel('SIGHUP', () => {
  const random = announcedRandom('reload');

  it('changes settings while connections are made, and loses no count', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connwatch-reload-'));
    const file = join(folder, 'config.yaml');
    const says = (settings: object) => writeFileSync(file, JSON.stringify(settings));
    try {
      // Nothing would be seen before the test is over.
      says({ interval: '10m', 'series-limit': 2000 });
      await using agent = await Agent.start({ args: ['--config', file] });
      using generator = new Generator();
      const name = random.name('reloaded');
      const count = `${random.between(5000, 15_000)}`;
      const traffic = generator.run(name, ['plain', '--port', '0', '--own-listener', '--count', count]);
      const lines = (msg: string) => agent.logs.lines.filter((line) => line['msg'] === msg);
      const hangUp = async (settings: object, msg: string) => {
        says(settings);
        const before = lines(msg).length;
        agent.signal('SIGHUP');
        await until(() => lines(msg).length, before + 1);
        return lines(msg).at(-1)!;
      };

      for (const interval of ['1s', '100ms', '450ms']) {
        expect(await hangUp({ interval }, RELOADED)).toMatchObject({ changed: ['interval'] });
      }
      const mixed = { interval: '200ms', 'series-limit': 500, 'ring-size': '4MiB' };
      expect(await hangUp(mixed, RELOADED)).toMatchObject({ changed: ['interval', 'series-limit'] });
      await agent.logs.line({ msg: 'changed settings need a restart; the old values stay', level: 'warn' });
      const wrong = { interval: '300ms', 'series-limit': 'many' };
      expect(await hangUp(wrong, REFUSED)).toMatchObject({ level: 'error', code: 'CW_CONFIG', error: expect.stringContaining('series-limit') as string });

      const made = await traffic;
      const page = await agent.settles(
        (shown) => ({ counts: countsOf(shown, { process_executable_name: name }), lost: lossesOf(shown) }),
        { counts: countsMade(made), lost: {} },
      );
      expect(page.by('family', 'connwatch_series_limit')).toMatchObject({ 'connwatch.tcp.connect.attempts': 500 });
      expect(page.sum('connwatch_ring_size_bytes')).toBe(8 << 20);
      expect(await agent.stop()).toEqual({ code: 0, signal: null });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
