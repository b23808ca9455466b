import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DASHBOARDS } from '../../dashboards/source/index.ts';
import { at, describeKernel } from '../harness/host.ts';
import { announcedRandom } from '../harness/random.ts';
import type { Page } from '../harness/scrape/exposition.ts';
import { noPrometheus } from '../harness/scrape/prometheus.ts';
import { documentedQueries } from './documented.ts';
import { expressionsOf } from './panels.ts';
import { expectedAnswers } from './expected.ts';
import { rowsOf } from './rows.ts';
import { Scene } from './scene.ts';

const queries = documentedQueries(readFileSync(at('docs', 'queries.md'), 'utf8'));

/** What no generator can say beforehand. */
const MEASURED = ['Is an agent stuck', 'How old is that comparison', 'What the agent itself costs'];

describeKernel(`queries and dashboards${noPrometheus === undefined ? '' : ` (${noPrometheus})`}`, () => {
  let scene: Scene;
  let page: Page;

  beforeAll(async () => {
    if (noPrometheus !== undefined) return;
    scene = await Scene.play(announcedRandom('live'));
    page = await scene.agent.scrape();
  });
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  const answer = async (heading: string) => {
    // An hour after the middle of the scene "since an hour ago" means since the middle.
    const isNew = heading.includes('since an hour ago');
    const time = isNew ? scene.middle + 3600 : scene.end;
    // The scene lasts seconds, so what grew within an hour grew in its second half.
    const hour = isNew ? 'offset 1h' : `offset ${Math.round(1000 * (scene.end - scene.between))}ms`;
    const found = await scene.prometheus.query(queries.get(heading)!.replace('offset 1h', hour), time);
    // Of the drift and the connects by process, which are of the whole machine whatever --include says, only what is ours.
    const { inode } = scene.namespace;
    return rowsOf(found.filter(({ labels }) => (labels['netns'] ?? `${inode}`) === `${inode}` && labels['family'] !== 'tcp.connects_by_pid'));
  };

  it.skipIf(noPrometheus)('the queries of docs/queries.md have exact answers', async () => {
    const expected = await expectedAnswers(scene, page);
    expect([...queries.keys()].filter((heading) => !MEASURED.includes(heading)).sort()).toEqual(Object.keys(expected).sort());
    const answers: Record<string, unknown> = {};
    for (const heading of Object.keys(expected)) answers[heading] = await answer(heading);
    expect(answers).toEqual(expected);
  });

  it.skipIf(noPrometheus).each(MEASURED)('measure: %s', async (heading) => {
    const [value, ...others] = Object.values(await answer(heading));
    expect(others).toEqual([]);
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(heading.startsWith('How old') ? Infinity : 30);
  });

  it.skipIf(noPrometheus).each(Object.keys(DASHBOARDS))('each panel of the dashboard %s has data', async (name) => {
    const empty: string[] = [];
    for (const { panel, expression } of expressionsOf(DASHBOARDS[name]!)) {
      const found = await scene.prometheus.query(expression, scene.end);
      if (!found.some(({ value }) => Number.isFinite(value))) empty.push(`${panel}: ${expression}`);
    }
    expect(empty).toEqual([]);
  });
});
