import { detectResources, resourceAttributesEnvDetector } from '@opentelemetry/resources';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pushSettings } from './push.ts';

const NAME = 'OTEL_RESOURCE_ATTRIBUTES';
const check = (text: string) => pushSettings({ otlp: false, otlpHeadersFile: undefined }, { [NAME]: text });
/** What the SDK makes of it. */
const taken = (text: string): number => {
  vi.stubEnv(NAME, text);
  return Object.keys(detectResources({ detectors: [resourceAttributesEnvDetector] }).attributes).length;
};
afterEach(() => vi.unstubAllEnvs());

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
  it.each([
    ['', 0],
    [' , ', 0],
    ['a=b', 1],
    [' a = b ,service.name=caf%C3%A9%2C%3D,', 2],
    [`a=,${'n'.repeat(255)}=${'v'.repeat(255)}`, 2],
  ])('%j is what the SDK takes', (text, attributes) => {
    expect(taken(text)).toBe(attributes);
    expect(() => check(text)).not.toThrow();
  });

  it.each([
    ['a=b,c', 'an entry is not name=value (entry 2 of the list).'],
    ['a=b,=secret', 'a name is empty (entry 2 of the list).'],
    ['a=secret=x', 'the value of a contains a =, which must be written %3D (entry 1 of the list).'],
    ['a=%ZZ', 'a % in the value of a is not followed by two hexadecimal digits of UTF-8 (entry 1 of the list).'],
    ['a%=b', 'a % in a name is not followed by two hexadecimal digits of UTF-8 (entry 1 of the list).'],
    [`a=b,${'n'.repeat(256)}=c`, 'a name has 256 characters, more than 255 (entry 2 of the list).'],
    [`a.key=${'v'.repeat(300)}`, 'the value of a.key has 300 characters, more than 255 (entry 1 of the list).'],
  ])('%j, of which the SDK takes nothing, is refused also where nothing is pushed', (text, why) => {
    expect(taken(text)).toBe(0);
    expect(() => check(text)).toThrow(expect.objectContaining({ code: 'CW_CONFIG', message: `invalid value for ${NAME}: ${why}` }));
  });
});
