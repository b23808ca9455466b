import * as z from 'zod/mini';
import { asError } from '../../internal/errors.ts';
import { Backoff } from './backoff.ts';
import type { Client } from './client.ts';
import { KubernetesError, statusOf } from './error.ts';

export interface ListWatchOptions {
  readonly client: Pick<Client, 'get' | 'watch'>;
  /** `/api/v1/pods` */
  readonly path: string;
  /** `fieldSelector`, `labelSelector`, or `resourceVersion=0` to be content with what the API server has in memory. */
  readonly query?: Readonly<Record<string, string>>;
  /** Objects of one page. @default 500 */
  readonly page?: number;
  /** All objects there are. */
  readonly onList: (objects: readonly unknown[]) => void;
  /** An object is new or has changed. */
  readonly onSet: (object: unknown) => void;
  readonly onDelete: (object: unknown) => void;
  /** Follows the objects (again): `undefined`; or why not, for each failure. */
  readonly onState: (error: Error | undefined) => void;
  /** Keeps of an object what `onList` needs, so that a page can be freed before the next one comes. @default the object */
  readonly reduce?: (object: unknown) => unknown;
  readonly backoff?: Backoff;
  /** Time until the first request, milliseconds: by chance, where many agents start at once. @default 0 */
  readonly delay?: number;
  /** Time within which all is read again when the API server has forgotten what happened since, milliseconds. @default 5000 */
  readonly spread?: number;
}

const list = z.object({
  metadata: z.object({ resourceVersion: z.string().check(z.minLength(1), z.maxLength(256)), continue: z.optional(z.string().check(z.maxLength(65_536))) }),
  items: z.array(z.unknown()),
});

const event = z.object({ type: z.string(), object: z.unknown() });
const versioned = z.object({ metadata: z.object({ resourceVersion: z.string().check(z.minLength(1), z.maxLength(256)) }) });

/** HTTP's Gone: the version is too old, or the rest of a list is not kept any more. */
const GONE = 410;
/** The API server ends a watch after this time, seconds, by chance up to twice as long. */
const WATCH_TIME = 300;
/** Agents that read everything again begin within this time, milliseconds. */
const SPREAD = 5000;
/** Pages of one list: 10,000 of 500 objects. */
const MOST_PAGES = 10_000;

/**
 * Follows the objects of one kind: reads them page by page once, then changes as they come. After a break it goes on
 * where it was; if the API server has forgotten what happened since, it reads all of them again.
 */
export class ListWatch {
  readonly #options: ListWatchOptions;
  readonly #backoff: Backoff;
  #version: string | undefined;
  #closed = false;
  #fine = false;
  #running: Promise<void> | undefined;

  constructor(options: ListWatchOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Nothing is called any more. Whoever gave the client closes it first, so that nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#backoff.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { delay = 0 } = this.#options;
    if (delay > 0) await this.#backoff.wait(delay);
    while (!this.#closed) {
      try {
        this.#version ??= await this.#list();
        await this.#watch(() => this.#say(undefined));
        // A watch that ends early each time must not become a loop without a pause.
        await this.#backoff.wait();
      } catch (error) {
        if (this.#closed) return;
        if (statusOf(error) !== GONE) this.#say(asError(error));
        else {
          this.#version = undefined;
          // The agents of all nodes are told this in the same moment, and all read everything again.
          await this.#backoff.wait((this.#options.spread ?? SPREAD) * Math.random());
        }
        await this.#backoff.wait();
      }
    }
  }

  async #list(): Promise<string> {
    const { client, page = 500, onList, reduce = (object: unknown) => object } = this.#options;
    const objects: unknown[] = [];
    let rest: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const { success, data } = list.safeParse(await client.get(this.#url({ limit: String(page), ...(rest ? { continue: rest, resourceVersion: '' } : {}) }), { timeout: 60_000 }));
      if (!success) throw new KubernetesError(`${this.#options.path}: the answer is not a list`);
      for (const object of data.items) objects.push(reduce(object));
      rest = data.metadata.continue;
      if (!rest) {
        if (!this.#closed) onList(objects);
        return data.metadata.resourceVersion;
      }
    }
    throw new KubernetesError(`${this.#options.path}: the list has more than ${MOST_PAGES} pages`);
  }

  #say(error: Error | undefined): void {
    if (this.#closed || (error === undefined && this.#fine)) return;
    this.#fine = error === undefined;
    this.#options.onState(error);
  }

  async #watch(onOpen: () => void): Promise<void> {
    const timeoutSeconds = Math.round(WATCH_TIME * (1 + Math.random()));
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: this.#version!, timeoutSeconds: String(timeoutSeconds) };
    await this.#options.client.watch(this.#url(query), (line) => this.#onEvent(line), { onOpen });
  }

  #onEvent(line: unknown): void {
    if (this.#closed) return;
    const { success, data } = event.safeParse(line);
    if (!success) throw new KubernetesError(`${this.#options.path}: a line is not an event`);
    const { type, object } = data;
    if (type === 'ERROR') {
      const { code, message } = (object ?? {}) as { readonly code?: unknown; readonly message?: unknown };
      throw new KubernetesError(`${this.#options.path}: the watch ends: ${String(message)}`, typeof code === 'number' ? { status: code } : {});
    }
    if (type === 'ADDED' || type === 'MODIFIED') this.#options.onSet(object);
    else if (type === 'DELETED') this.#options.onDelete(object);
    const at = versioned.safeParse(object);
    if (!at.success) throw new KubernetesError(`${this.#options.path}: an event has no version`);
    this.#version = at.data.metadata.resourceVersion;
    this.#backoff.reset();
  }

  #url(query: Readonly<Record<string, string>>): string {
    const all = new URLSearchParams({ ...this.#options.query, ...query });
    if (all.get('resourceVersion') === '') all.delete('resourceVersion');
    return `${this.#options.path}?${all.toString()}`;
  }
}
