import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { ENTRIES, SETTINGS, defaultText, variableOf } from './table.ts';

describe.each(ENTRIES)('%s', (key, setting) => {
  it('is named alike everywhere', () => {
    expect(setting.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(setting.name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())).toBe(key);
  });

  it('has a valid default and example, which are different', () => {
    const texts = [setting.example, defaultText(setting, { terminal: true }), defaultText(setting, { terminal: false })];
    for (const text of texts) if (text !== undefined) expect(z.safeParse(setting.kind.schema, text).success, text).toBe(true);
    expect(setting.example).not.toBe(setting.default);
  });

  it('has a description of whole sentences', () => {
    expect(setting.description).toMatch(/^[A-Z].*\.$/);
  });

  it('writes values so that they can be read again', () => {
    const value = z.parse(setting.kind.schema, setting.example);
    expect(z.parse(setting.kind.schema, setting.kind.format(value))).toEqual(value);
  });
});

it('variableOf', () => {
  expect(variableOf(SETTINGS.newSeriesAtZero)).toBe('CONNWATCH_NEW_SERIES_AT_ZERO');
});
