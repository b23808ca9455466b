import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agent } from '../harness/agent.ts';
import { cellsOf, noBrowser, TestBrowser } from '../harness/browser.ts';
import { describeKernel } from '../harness/host.ts';
import { Namespace, SILENT_PORT } from '../harness/kernel/namespace.ts';
import { announcedRandom } from '../harness/random.ts';
import { Generator } from '../harness/traffic.ts';
import { until } from '../harness/until.ts';

/** Numbers of the table by program and peer. */
async function tableOf(page: Page): Promise<Record<string, string[]>> {
  const rows = await cellsOf(page, 'Programs and peers');
  return Object.fromEntries(rows.map(([program, peer, , attempts, failures, reasons, pending, open]) => [`${program} ${peer}`, [attempts!, failures!.replace(/ .*/, ''), reasons!, pending!.replace(/ all wait$/, ''), open!]]));
}

/** Numbers of a table with a caption, by their names. */
async function countsOf(page: Page, caption: string, column = 1): Promise<Record<string, number>> {
  return Object.fromEntries((await cellsOf(page, caption)).map((cells) => [cells[0], Number(cells[column])])) as Record<string, number>;
}

describeKernel(`the page at /ui${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  const random = announcedRandom('page');
  const names = { shop: random.name('shop'), till: random.name('till'), slow: random.name('slow'), fill: random.name('fill'), wide: random.name('wide') };
  // Text that would be an element if it were taken for HTML; no file name can have a slash.
  const hostile = `<img src=x onerror=alert(1)>"'&${random.name('x')}`;
  const made = { good: random.between(20, 99), refused: random.between(20, 99), waiting: random.between(2, 9), backlog: random.between(2, 6), hostile: random.between(5, 20) };
  const ports = { shop: 0, slow: 0 };
  let [agent, namespace, generator, browser]: [Agent?, Namespace?, Generator?, TestBrowser?] = [];

  beforeAll(async () => {
    if (noBrowser !== undefined) return;
    namespace = await Namespace.create();
    generator = new Generator();
    agent = await Agent.start({ args: ['--include', `executable=${Object.values(names).join(',')},*onerror*`, '--interval', '500ms'] });
    browser = await TestBrowser.start();
    const { port } = await generator.start(names.shop, ['listen', '--port', '0'], namespace).said.line({ listening: true });
    ports.shop = port as number;
    await generator.run(names.till, ['plain', '--port', `${ports.shop}`, '--count', `${made.good}`], namespace);
    await generator.run(names.till, ['plain', '--port', '7', '--count', `${made.refused}`], namespace);
    await generator.start(names.till, ['hang', '--port', `${SILENT_PORT}`, '--count', `${made.waiting}`], namespace).said.line({ hanging: true });
    const [server, client] = [generator.start(names.slow, ['talk', '--port', '0'], namespace), generator.start(names.fill, ['talk', '--port', '0'], namespace)];
    ports.slow = (await server.tell(`listen ${made.backlog}`))['port'] as number;
    for (let i = 0; i < made.backlog; i++) await client.tell(`connect ${ports.slow}`);
    await generator.run(hostile, ['plain', '--port', '7', '--count', `${made.hostile}`], namespace);
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    generator?.[Symbol.dispose]();
    await agent?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
  });

  const open = (hash: string, options?: Parameters<TestBrowser['open']>[1]) => browser!.open(`http://${agent!.metrics}/ui${hash}`, options);

  it.skipIf(noBrowser)('has the numbers of the generator in its table, and names as text', async () => {
    await using opened = await open('#/table');
    const { page, troubles } = opened;
    await until(() => tableOf(page), {
      [`${names.till} 127.0.0.1:${ports.shop}`]: [`${made.good}`, '0', '', '0', '0'],
      [`${names.till} 127.0.0.1:7`]: [`${made.refused}`, `${made.refused}`, `refused ${made.refused}`, '0', '0'],
      [`${names.till} 127.0.0.1:${SILENT_PORT}`]: [`${made.waiting}`, '0', '', `${made.waiting}`, '0'],
      [`${names.fill} 127.0.0.1:${ports.slow}`]: [`${made.backlog}`, '0', '', '0', `${made.backlog}`],
      [`${hostile} 127.0.0.1:7`]: [`${made.hostile}`, `${made.hostile}`, `refused ${made.hostile}`, '0', '0'],
    });
    expect(await page.locator('img').count()).toBe(0);
    // Sorts by attempts, and the other way round.
    const attempts = [made.good, made.refused, made.waiting, made.backlog, made.hostile].sort((a, b) => a - b);
    const shown = async () => (await page.locator('table:has(caption:text-is("Programs and peers")) tbody tr td:nth-child(4)').allTextContents()).map(Number);
    await page.getByRole('button', { name: 'Attempts' }).click();
    await until(shown, attempts.toReversed());
    await page.getByRole('button', { name: 'Attempts' }).click();
    await until(shown, attempts);
    await page.getByRole('searchbox').fill(names.slow);
    await until(async () => (await cellsOf(page, 'Listeners')).map((cells) => cells.slice(0, 5)), [[names.slow, `${ports.slow}`, `${made.backlog}`, `${made.backlog}`, `${made.backlog}`]]);
    await page.getByRole('searchbox').fill(`${names.till} refused`);
    await until(async () => Object.keys(await tableOf(page)), [`${names.till} 127.0.0.1:7`]);
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser)('has a page for each program', async () => {
    await using opened = await open('#/table');
    const { page, troubles } = opened;
    await page.getByRole('link', { name: names.till }).first().click();
    await page.getByRole('heading', { name: names.till }).waitFor();
    await until(() => page.locator('.numbers dd').allTextContents(), [`${made.good + made.refused + made.waiting}`, `${made.good}`, `${made.refused}`, `${made.waiting}`, '0', '0 B', '0 B']);
    await until(() => countsOf(page, 'Failures by reason'), { refused: made.refused });
    await until(() => countsOf(page, 'Open by state'), { 'client syn_sent': made.waiting });
    await page.goto(`${page.url().replace(/#.*/, '')}#/workload/${encodeURIComponent(JSON.stringify([['process.executable.name', names.slow]]))}`);
    // The kernel accepts before the program does.
    await until(async () => (await cellsOf(page, 'Listeners'))[0]?.slice(0, 4), [`${ports.slow}`, `${made.backlog}`, `${made.backlog}`, `${made.backlog}`]);
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser)('fills the heat map with the handshakes of a window', async () => {
    await using opened = await open(`#/workload/${encodeURIComponent(JSON.stringify([['process.executable.name', names.till]]))}`);
    const { page, troubles } = opened;
    await page.getByRole('heading', { name: names.till }).waitFor();
    await generator!.run(names.till, ['plain', '--port', `${ports.shop}`, '--count', '23'], namespace);
    const sums = async () => (await page.locator('.hidden td').allTextContents()).reduce((sum, text) => sum + Number(text), 0);
    await until(sums, 23);
    made.good += 23;
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser)('draws a map that the keyboard can use, in light and dark', async () => {
    await using opened = await open('#/map', { colorScheme: 'dark' });
    const { page, troubles } = opened;
    const map = page.getByRole('application');
    await page.getByText('5 pairs').waitFor();
    await map.focus();
    const chosen = page.locator('[aria-live] h3');
    const seen = new Set<string | null>();
    for (let i = 0; i < 8; i++) {
      await map.press('ArrowDown');
      await chosen.waitFor();
      seen.add(await chosen.textContent());
    }
    expect(seen).toContain(hostile);
    expect(seen).toContain(names.till);
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    await page.emulateMedia({ colorScheme: 'light' });
    expect([dark, await background()]).toEqual(['rgb(21, 23, 26)', 'rgb(255, 255, 255)']);
    // Something is drawn.
    expect(await page.evaluate<number>("new Set(document.querySelector('canvas').getContext('2d').getImageData(0, 0, 1200, 500).data).size")).toBeGreaterThan(10);
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser)('says of the agent what /metrics says', async () => {
    await using opened = await open('#/agent');
    const { page, troubles } = opened;
    await page.getByText('No record was lost.').waitFor();
    const scraped = await agent!.scrape();
    expect((await cellsOf(page, 'Kernel programs')).length).toBe(scraped.select('connwatch_probe_attached').length);
    expect(await countsOf(page, 'Series of each metric', 2)).toEqual(scraped.by('family', 'connwatch_series_limit'));
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser)('shows a thousand pairs', async () => {
    await generator!.run(names.wide, ['plain', '--port', '7', '--address', '127.9.0.1', '--peers', '1000', '--count', '1000'], namespace);
    await using opened = await open('#/map');
    const { page, troubles } = opened;
    await page.getByText('1000 pairs').waitFor();
    await page.goto(page.url().replace('map', 'table'));
    await page.getByText('1000 of 1005 pairs').waitFor();
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser).each(['#/map', '#/table', '#/agent', 'workload'])('fits a telephone: %s scrolls only what is wide by nature', async (view) => {
    const hash = view === 'workload' ? `#/workload/${encodeURIComponent(JSON.stringify([['process.executable.name', names.slow]]))}` : view;
    await using opened = await open(hash, { viewport: { width: 360, height: 640 } });
    const { page, troubles } = opened;
    await page.locator('main h2, main canvas, main table').first().waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    expect(troubles).toEqual([]);
  });

  it.skipIf(noBrowser)('does not make the end of the agent wait, and goes on with its charts when a new one runs', async () => {
    await using opened = await open('#/agent');
    const { page, troubles } = opened;
    const live = page.getByText('live', { exact: true });
    const drawn = async () => /\d/.test((await page.locator('figure .u-series:nth-child(2) .u-value').first().textContent()) ?? '');
    await live.waitFor();
    await until(drawn, true);
    const { metrics } = agent!;
    expect(await agent!.stop()).toEqual({ code: 0, signal: null });
    await page.getByText('trying again').waitFor();
    agent = await Agent.start({ args: ['--metrics-addr', metrics, '--interval', '500ms'] });
    await live.waitFor();
    await until(drawn, true);
    expect(troubles.filter((text) => !text.includes('Failed to load resource'))).toEqual([]);
  });
});
