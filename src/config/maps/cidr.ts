import { isIP } from 'node:net';
import { Invalid } from '../../internal/invalid.ts';

/**
 * `10.0.0.0/8`, `fd00::/8`; an address alone is a range of one.
 * @throws Invalid whose message says what is wrong.
 */
export function parseCidr(text: string): string {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) throw new Invalid(`'${text}' is not an address or a range such as 10.0.0.0/8`);
  const bits = version === 4 ? 32 : 128;
  if (length === undefined) return `${address}/${bits}`;
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) throw new Invalid(`'${text}' has a prefix length that is not from 0 to ${bits}`);
  return `${address}/${Number(length)}`;
}
