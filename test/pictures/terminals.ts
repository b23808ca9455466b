import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AnsiUp } from 'ansi_up';
import type { TestBrowser } from '../harness/browser.ts';
import { AGENT } from '../harness/agent.ts';
import { at } from '../harness/host.ts';
import { Terminal } from '../harness/terminal.ts';

interface Shot {
  readonly name: string;
  /** After `connwatch`. */
  readonly args: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** Seconds until the picture. */
  readonly after: number;
}

const SHOTS: readonly Shot[] = [
  { name: 'trace', args: ['trace', '--comm', 'checkout,reports,worker'], columns: 104, rows: 22, after: 4 },
  { name: 'top', args: ['top'], columns: 132, rows: 24, after: 14 },
  { name: 'snapshot', args: ['snapshot'], columns: 150, rows: 36, after: 4 },
  { name: 'why', args: ['why', '10.20.0.5:443'], columns: 112, rows: 10, after: 4 },
];

const STYLE = 'body { margin: 0; background: #16181d; } pre { margin: 0; padding: 14px 18px; color: #d7dae0; font: 13px/1.45 "DejaVu Sans Mono", monospace; display: inline-block; }';

/** Pictures of the commands in a real terminal. */
export async function takeTerminals(browser: TestBrowser, socket: string): Promise<void> {
  for (const { name, args, columns, rows, after } of SHOTS) {
    await using terminal = await Terminal.start([...AGENT, ...args, '--socket', socket], { columns, rows });
    await delay(after * 1000);
    // The first line says that it is not the shell's.
    const screen = (await terminal.colored()).replace(/^before\n/, `# connwatch ${args.join(' ')}\n`).replace(/\nafter 0$/, '');
    await using opened = await browser.open('about:blank', { deviceScaleFactor: 1.5 });
    await opened.page.setContent(`<style>${STYLE}</style><pre>${new AnsiUp().ansi_to_html(screen)}</pre>`);
    const path = join(at('docs', 'pictures'), `${name}.png`);
    await opened.page.locator('pre').screenshot({ path });
    process.stdout.write(`pictures: ${path}\n`);
  }
}
