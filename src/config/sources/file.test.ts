import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FILE_SIZE, parseFile, readFileSource } from './file.ts';

const read = async (text: string) => {
  const { given, problems } = await parseFile(text, 'c.yaml');
  return { given: Object.fromEntries([...given].map(([key, { text, label }]) => [key, [text, label]])), problems };
};

describe('parseFile', () => {
  it('takes values as they are written', async () => {
    const text = '# comment\ninterval: 1s\nmetrics-addr: ":0"\nseries-limit: 0x10\nnew-series-at-zero: true\nring-size: 4096\n';
    expect(await read(text)).toEqual({
      given: {
        interval: ['1s', 'interval (c.yaml line 2)'],
        metricsAddr: [':0', 'metrics-addr (c.yaml line 3)'],
        seriesLimit: ['0x10', 'series-limit (c.yaml line 4)'],
        newSeriesAtZero: ['true', 'new-series-at-zero (c.yaml line 5)'],
        ringSize: ['4096', 'ring-size (c.yaml line 6)'],
      },
      problems: [],
    });
  });

  it('takes a map where a setting is one', async () => {
    const { given, problems } = await read('attributes:\n  tcp.io: [role, server.port]\n  "window.*": off\n');
    expect({ given, problems }).toEqual({ given: { attributes: ['tcp.io=role,server.port;window.*=off', 'attributes (c.yaml line 1)'] }, problems: [] });
    expect((await read('attributes:\n  tcp.io: {a: b}\n')).problems).toEqual(["invalid value for attributes (c.yaml line 1): 'tcp.io' has a value that is neither text nor a number"]);
  });

  it.each(['', '\n# nothing\n', '---\n', '{}', 'null'])('%j is an empty file', async (text) => {
    expect(await read(text)).toEqual({ given: {}, problems: [] });
  });

  it.each([
    ['intervl: 1s', 'unknown key intervl (c.yaml line 1); did you mean interval?'],
    ['\nmetricsAddr: :1', 'unknown key metricsAddr (c.yaml line 2); did you mean metrics-addr?'],
    ['zebra: 1', 'unknown key zebra (c.yaml line 1)'],
    ['config: x', 'the key config (c.yaml line 1) is allowed as a flag or variable only'],
    ['interval:', 'the key interval (c.yaml line 1) has no value'],
    ['interval: [1s]', 'the key interval (c.yaml line 1) must have a single value'],
    ['interval: {a: b}', 'the key interval (c.yaml line 1) must have a single value'],
    ['a: &x 1s\ninterval: *x', 'unknown key a (c.yaml line 1)|the key interval (c.yaml line 2) must have a single value'],
    ['? [a]\n: 1', 'unknown key (not a name) (c.yaml line 1)'],
  ])('%j', async (text, problems) => {
    expect((await read(text)).problems.join('|')).toBe(problems);
  });

  it.each([
    ['- 1', 'it is not a mapping of settings to values'],
    ['just text', 'it is not a mapping'],
    ['interval: 1s\ninterval: 2s', 'line 2: Map keys must be unique'],
    ['a: b: c', 'line 1: '],
    ['interval: "1s', 'line 1: '],
    ['a: 1\n---\nb: 2', 'line 2: a second YAML document starts here; remove the line --- to have only one.'],
    ['interval: 1s\na: ' + '['.repeat(20_000), 'line 2: it is nested too deeply.'],
  ])('%.40j is refused', async (text, why) => {
    await expect(parseFile(text, 'c.yaml')).rejects.toMatchObject({
      code: 'CW_CONFIG_FILE',
      message: expect.stringContaining(`cannot use the file c.yaml (--config): ${why}`) as string,
    });
  });
});

describe('readFileSource', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'config-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('reads a file', async () => {
    const path = join(folder, 'a.yaml');
    await writeFile(path, 'interval: 1s');
    expect((await readFileSource(path)).given.get('interval')?.text).toBe('1s');
  });

  it('says why it cannot', async () => {
    const path = join(folder, 'a.yaml');
    const why = async (content: string | Uint8Array) => {
      await writeFile(path, content);
      return await readFileSource(path).then(() => 'fine', (error: unknown) => (error as Error).message);
    };
    const prefix = `cannot use the file ${path} (--config): `;
    expect(await why(Buffer.from([0x61, 0xff]))).toBe(`${prefix}it is not UTF-8 text.`);
    expect(await why('#'.repeat(MAX_FILE_SIZE + 1))).toBe(`${prefix}it is larger than 64 KiB.`);
    expect(await why('#'.repeat(MAX_FILE_SIZE))).toBe('fine');
    await expect(readFileSource(folder)).rejects.toThrow('it is a directory.');
    await expect(readFileSource(join(folder, 'none'))).rejects.toThrow('the file does not exist.');
    await expect(readFileSource('/dev/zero')).rejects.toThrow('it is a device, not a regular file.');
  });
});
