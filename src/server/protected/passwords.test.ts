import { hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { Bcrypt } from './bcrypt.ts';
import { Passwords } from './passwords.ts';

const users = new Map([['a', 'hash of a'], ['b', 'hash of b']]);
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

/** A comparison with the given result that records its arguments. */
function noted(answer: (password: string) => boolean | Promise<boolean> = (password) => password === 'good') {
  const asked: string[] = [];
  const compare = async (password: string, hash: string) => (asked.push(`${password}, ${hash}`), answer(password));
  return { asked, compare };
}

describe('Passwords', () => {
  it.each([undefined, '', 'Basic', 'Bearer abc', 'Basic !!!', basic('no colon')])('refuses %j without a comparison', (header) => {
    const { asked, compare } = noted();
    expect(new Passwords({ compare }).check(header, users, 'x')).toBe(false);
    expect(asked).toEqual([]);
  });

  it('compares good credentials once, and bad ones each time', async () => {
    const { asked, compare } = noted();
    const passwords = new Passwords({ compare });
    expect(await passwords.check(basic('a:good'), users, 'x')).toBe(true);
    expect(passwords.check(basic('a:good'), users, 'y')).toBe(true);
    expect(await passwords.check(basic('a:bad'), users, 'x')).toBe(false);
    expect(await passwords.check(basic('a:bad'), users, 'x')).toBe(false);
    expect(passwords.check(basic('a:good'), users, 'x')).toBe(true);
    expect(asked).toEqual(['good, hash of a', 'bad, hash of a', 'bad, hash of a']);
  });

  it('compares again when the hash has changed, and forgets who is gone', async () => {
    const { asked, compare } = noted();
    const passwords = new Passwords({ compare });
    await passwords.check(basic('a:good'), users, 'x');
    expect(await passwords.check(basic('a:good'), new Map([['a', 'new']]), 'x')).toBe(true);
    expect(await passwords.check(basic('a:good'), new Map([['b', 'hash of b']]), 'x')).toBe(false);
    expect(asked).toEqual(['good, hash of a', 'good, new', 'good, hash of b']);
  });

  it('asks for an unknown user too, and refuses even what fits', async () => {
    const { asked, compare } = noted(() => true);
    expect(await new Passwords({ compare }).check(basic('nobody:good'), users, 'x')).toBe(false);
    expect(asked).toEqual(['good, hash of a']);
  });

  it('keeps the colons of a password', async () => {
    const { asked, compare } = noted();
    await new Passwords({ compare }).check(basic('a:b:c'), users, 'x');
    expect(asked).toEqual(['b:c, hash of a']);
  });

  it('is busy beyond its limits', async () => {
    const gates: (() => void)[] = [];
    const { compare } = noted(() => new Promise((resolve) => gates.push(() => resolve(true))));
    const passwords = new Passwords({ compare, limit: 3, limitPerAddress: 2 });
    const ask = (address: string) => passwords.check(basic('a:good'), users, address);
    const running = [ask('x'), ask('x')];
    expect(ask('x')).toBe('busy');
    running.push(ask('y'));
    expect(ask('z')).toBe('busy');
    for (const open of gates) open();
    expect(await Promise.all(running.map((each) => Promise.resolve(each)))).toEqual([true, true, true]);
    expect(ask('z')).toBe(true);
  });
});

it('compares in a thread', async () => {
  const bcrypt = new Bcrypt();
  const hash = hashSync('good', 4);
  expect(await Promise.all(['good', 'bad'].map((password) => bcrypt.compare(password, hash)))).toEqual([true, false]);
  await expect(bcrypt.compare('good', null as never)).rejects.toThrow();
  expect(await bcrypt.compare('good', hash)).toBe(true);
}, 60_000);
