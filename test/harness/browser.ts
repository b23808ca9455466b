import { type Browser, chromium, type Page } from 'playwright-core';
import { which } from './which.ts';

const program = which('chromium') ?? which('chromium-browser') ?? which('google-chrome');

/** Why tests with a browser can't run; undefined where they can. */
export const noBrowser = program === undefined ? 'there is no Chromium: apt-get install chromium' : undefined;

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** What went wrong in the page: errors, violations of its policy, dialogs, requests that failed or went to other hosts. */
  readonly troubles: string[];
}

/** A real Chromium without a window. To be disposed of. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    // Its sandbox does not work as root, which kernel tests need.
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-proxy-server'];
    return new TestBrowser(await chromium.launch({ executablePath: program!, args }));
  }

  async open(url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Opened> {
    const page = await this.#browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('dialog', (dialog) => (troubles.push(`dialog: ${dialog.message()}`), void dialog.dismiss()));
    page.on('request', (request) => new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:') && troubles.push(`request to ${request.url()}`));
    await page.goto(url);
    return { page, troubles, [Symbol.asyncDispose]: () => page.close() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** The cells of the body of a table: of the one with this caption, else of all on the page. */
export function cellsOf(page: Page, caption = ''): Promise<string[][]> {
  return page.evaluate<string[][]>(`[...document.querySelectorAll('main table')]
    .filter((table) => (table.caption?.textContent ?? '').includes(${JSON.stringify(caption)}))
    .flatMap((table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent)))`);
}
