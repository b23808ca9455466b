import { expect, it } from 'vitest';
import { pageUrl } from './page-url.ts';

it.each([
  ['::', '[::]:9090', false, 'http://localhost:9090/'],
  ['0.0.0.0', '0.0.0.0:9090', false, 'http://localhost:9090/'],
  ['127.0.0.1', '127.0.0.1:9090', true, 'https://localhost:9090/'],
  ['::1', '[::1]:9090', false, 'http://[::1]:9090/'],
  ['192.0.2.7', '192.0.2.7:9090', false, 'http://192.0.2.7:9090/'],
])('the page at %s', (address, text, tls, url) => {
  expect(pageUrl({ address, port: 9090, text }, tls)).toBe(url);
});
