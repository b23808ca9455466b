import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Agent } from '../../harness/agent.ts';
import { Page, parsePage, type Sample, seriesOf } from '../../harness/scrape/exposition.ts';

/** Windows for which what was counted must stay as it is. */
const STEADY_WINDOWS = 2;
const PAUSE_MS = 100;

type Look = (page: Page, history: Page, end: number) => void;

/** Scrapes an agent while somebody waits for something, once for all who wait. */
export class Watch {
  readonly #agent: Agent;
  readonly #waiting = new Set<Look>();
  /** Every process that was ever shown, as it was last. */
  readonly #processes = new Map<string, Sample>();
  #running: Promise<void> | undefined;
  #failed: unknown;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** Without histograms, which are most of a page that knows hundreds of workloads. */
  async page(): Promise<Page> {
    const text = await this.#agent.text();
    return parsePage(text.replaceAll(/^connwatch_\w+_(?:bucket|sum|count)\{.*\n/gm, ''));
  }

  /**
   * Waits until the pages show what is expected and go on to, for two more windows.
   * @param patience pages to look at for it
   * @returns what the last page showed
   */
  async settles<T>(look: (page: Page, history: Page) => T, expected: T, patience: number): Promise<T> {
    // In pages: on a machine that stood still meanwhile, nobody has looked yet.
    let pages = 0;
    const ends = new Set<number>();
    let seen: T | undefined;
    await this.#each((page, history, window) => {
      seen = look(page, history);
      if (isDeepStrictEqual(seen, expected)) ends.add(window);
      else ends.clear();
      return ends.size > STEADY_WINDOWS || (ends.size === 0 && ++pages > patience);
    });
    return seen as T;
  }

  /** Calls with every page until it says that it has seen enough. @throws (rejects) when the agent can't be scraped */
  async #each(enough: (page: Page, history: Page, window: number) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look: Look = (page, history, window) => {
        if (!enough(page, history, window)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      this.#running ??= this.#run();
      void this.#running.then(() => reject(new Error('the agent can’t be scraped', { cause: this.#failed })));
    });
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const page = await this.page();
        for (const sample of page.select('tcp_connects_by_pid')) this.#processes.set(seriesOf(sample), sample);
        const history = new Page([...this.#processes.values()]);
        const window = page.sum('connwatch_window_end_seconds');
        for (const look of [...this.#waiting]) look(page, history, window);
        await delay(PAUSE_MS);
      }
    } catch (error) {
      this.#failed = error;
      this.#waiting.clear();
    } finally {
      this.#running = undefined;
    }
  }
}
