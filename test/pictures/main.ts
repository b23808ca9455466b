import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Agent } from '../harness/agent.ts';
import { noBrowser, TestBrowser } from '../harness/browser.ts';
import { at, noKernel } from '../harness/host.ts';
import { noTmux } from '../harness/terminal.ts';
import { takeTerminals } from './terminals.ts';
import { PEERS, playWorld, PROGRAMS } from './world.ts';

const USAGE = 'npm run pictures: runs an agent and traffic for a minute, and writes pictures of the page at /ui and of the commands in a terminal into docs/pictures/.\n';
/** Windows of a second before the first picture, for the charts. */
const WINDOWS = 25;

async function main(args: readonly string[]): Promise<number> {
  const problem = noKernel ?? noBrowser ?? noTmux;
  if (args.length > 0 || problem !== undefined) {
    process.stderr.write(args.length > 0 ? USAGE : `pictures: cannot be made here: ${problem}\n`);
    return args.length > 0 ? 2 : 1;
  }
  await using stack = new AsyncDisposableStack();
  const peers = Object.entries(PEERS).map(([address, name]) => `${address}/32=${name}`);
  const socket = join(stack.adopt(mkdtempSync(join(tmpdir(), 'connwatch-pictures-')), (folder) => rmSync(folder, { recursive: true })), 'agent.sock');
  const agent = stack.use(await Agent.start({ privileges: 'all', args: ['--socket', socket, '--interval', '1s', '--include', `executable=${PROGRAMS.join(',')}`, '--peer-names', peers.join(';')] }));
  const browser = stack.use(await TestBrowser.start());
  await playWorld(WINDOWS + 120, stack);
  const url = `http://${agent.metrics}/ui`;
  const pages = { light: (await browser.open(`${url}#/map`, { deviceScaleFactor: 1.5 })).page, dark: (await browser.open(`${url}#/map`, { deviceScaleFactor: 1.5, colorScheme: 'dark' })).page };
  await delay(WINDOWS * 1000);
  await take(pages.light, 'map.png', 720);
  await show(pages.light, '#/table');
  await take(pages.light, 'table.png', 460);
  await show(pages.dark, workload('checkout'));
  await take(pages.dark, 'workload.png', 900);
  await show(pages.light, '#/agent');
  await take(pages.light, 'agent.png', 900);
  await takeTerminals(browser, socket);
  return 0;
}

const workload = (name: string) => `#/workload/${encodeURIComponent(JSON.stringify([['process.executable.name', name]]))}`;

async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.locator('h2').waitFor();
  await delay(1500);
}

async function take(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: 1180, height });
  await delay(1500);
  const path = join(at('docs', 'pictures'), name);
  await page.screenshot({ path });
  process.stdout.write(`pictures: ${path}\n`);
}

process.exitCode = await main(process.argv.slice(2));
