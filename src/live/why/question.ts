import { isIP } from 'node:net';
import { Invalid } from '../../internal/invalid.ts';

export interface Target {
  readonly host: string;
  readonly port: number | undefined;
}

/** Connects to what, and of whom. At least one is there. */
export interface Question {
  readonly target: Target | undefined;
  readonly pid: number | undefined;
}

/**
 * `db.example.com:5432`, `10.0.0.5`, `[2001:db8::1]:443`, `2001:db8::1`.
 * @throws Invalid
 */
export function parseTarget(text: string): Target {
  if (isIP(text) === 6) return { host: text, port: undefined };
  if (/^\d+$/.test(text)) throw new Invalid(`a number alone is no peer: write localhost:${text} for a port of this machine, --pid ${text} for a process`);
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text);
  if (found === null) throw new Invalid('it is not host, host:port or [IPv6 address]:port');
  const [, bracketed, plain, port] = found;
  if (bracketed !== undefined && isIP(bracketed) !== 6) throw new Invalid(`'${bracketed}' is not an IPv6 address`);
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65_535)) throw new Invalid(`the port ${port} is not in 1 to 65535`);
  return { host: bracketed ?? plain!, port: number };
}
