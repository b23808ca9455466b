import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Bcrypt } from './bcrypt.ts';

export interface PasswordsOptions {
  /** @default in a thread of its own */
  readonly compare?: (password: string, hash: string) => Promise<boolean>;
  /** Maximum of comparisons that run or wait. @default 8 */
  readonly limit?: number;
  /** The same for one address, so that one client cannot use all of them. @default 2 */
  readonly limitPerAddress?: number;
}

/**
 * Checks credentials against bcrypt hashes. A comparison takes 50 ms or more, so the last right password of
 * each user is remembered as a keyed digest. A scrape then costs microseconds, and only a new or wrong
 * password costs a comparison.
 */
export class Passwords {
  readonly #compare: (password: string, hash: string) => Promise<boolean>;
  readonly #limit: number;
  readonly #limitPerAddress: number;
  readonly #key = randomBytes(32);
  /** Digest of the last right credentials, by user. */
  readonly #good = new Map<string, Buffer>();
  /** Running comparisons, by address. */
  readonly #running = new Map<string, number>();

  constructor({ compare, limit = 8, limitPerAddress = 2 }: PasswordsOptions = {}) {
    this.#compare = compare ?? lazily();
    this.#limit = limit;
    this.#limitPerAddress = limitPerAddress;
  }

  /** @returns the result at once if no comparison is needed; busy if too many run already */
  check(header: string | undefined, users: ReadonlyMap<string, string>, address: string): boolean | 'busy' | Promise<boolean> {
    const given = credentials(header);
    if (given === undefined) return false;
    const { user, password } = given;
    const hash = users.get(user);
    const digest = createHmac('sha256', this.#key).update(JSON.stringify([user, hash, password])).digest();
    const good = this.#good.get(user);
    if (hash !== undefined && good !== undefined && timingSafeEqual(good, digest)) return true;
    const running = [...this.#running.values()].reduce((sum, each) => sum + each, 0);
    const own = this.#running.get(address) ?? 0;
    if (running >= this.#limit || own >= this.#limitPerAddress) return 'busy';
    this.#running.set(address, own + 1);
    return this.#ask(given, hash, users, digest).finally(() => {
      const left = this.#running.get(address)! - 1;
      if (left === 0) this.#running.delete(address);
      else this.#running.set(address, left);
    });
  }

  async #ask({ user, password }: Credentials, hash: string | undefined, users: ReadonlyMap<string, string>, digest: Buffer): Promise<boolean> {
    // An unknown user takes as long as a known one, so that the time does not reveal which users exist.
    const [any = ''] = users.values();
    const same = await this.#compare(password, hash ?? any);
    if (!same || hash === undefined) return false;
    this.#good.set(user, digest);
    for (const name of this.#good.keys()) if (!users.has(name)) this.#good.delete(name);
    return true;
  }
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** RFC 7617. */
function credentials(header: string | undefined): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function lazily(): (password: string, hash: string) => Promise<boolean> {
  const bcrypt = new Bcrypt();
  return (password, hash) => bcrypt.compare(password, hash);
}
