import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.ts';

describe('parseAddress', () => {
  it.each<[string, string | undefined, number]>([
    [':9090', undefined, 9090],
    ['*:9090', undefined, 9090],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['0.0.0.0:65535', '0.0.0.0', 65535],
    ['[::1]:9090', '::1', 9090],
    ['[::]:1', '::', 1],
    ['[fe80::1%lo]:1', 'fe80::1%lo', 1],
    ['localhost:0', 'localhost', 0],
    ['node-1.example.org:8080', 'node-1.example.org', 8080],
  ])('%s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each<[string, RegExp]>([
    ['', /^it is empty; expected host:port/],
    ['9090', /^it has no port; expected/],
    ['localhost', /^it has no port/],
    ['localhost:', /^it has no port after the colon/],
    [':http', /^the port 'http' is not a number$/],
    [':-1', /^the port '-1' is not a number$/],
    [':1e3', /^the port '1e3' is not a number$/],
    [':65536', /^the port 65536 is above 65535$/],
    ['::1', /^an IPv6 address needs brackets and a port: \[::1\]:9090$/],
    ['::1:9090', /^an IPv6 address needs brackets and a port: \[::1\]:9090$/],
    ['[::1]', /^it has no port; expected/],
    ['fe80::x:80', /^an IPv6 address needs brackets: \[fe80::x\]$/],
    ['[127.0.0.1]:80', /^'127.0.0.1' in brackets is not an IPv6 address$/],
    ['256.0.0.1:80', /^'256.0.0.1' is neither an IP address nor a host name$/],
    ['127.1:80', /is neither/],
    ['a b:80', /is neither/],
    ['http://x:80', /needs brackets|is neither/],
    [' :80', /is neither/],
  ])('refuses %j', (text, reason) => {
    expect(() => parseAddress(text)).toThrow(reason);
  });
});

it.each([':9090', '127.0.0.1:0', '[::1]:80', 'localhost:1'])('formatAddress gives back %s', (text) => {
  expect(formatAddress(parseAddress(text))).toBe(text);
});
