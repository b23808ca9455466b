import { expect, test } from 'vitest';
import { bundledPackages, licencesOf } from './licences.mjs';

const metafile = (...inputs) => ({
  outputs: { 'dist/a.js': { inputs: Object.fromEntries(inputs.map(([path, bytesInOutput]) => [path, { bytesInOutput }])) } },
});

test('packages are those with code in the output, nested ones apart', () => {
  const inputs = [
    ['src/cli/main.ts', 10],
    ['node_modules/rxjs/dist/esm/index.js', 3],
    ['node_modules/rxjs/dist/esm/operators.js', 3],
    ['node_modules/@opentelemetry/api/build/index.js', 3],
    ['node_modules/pino/node_modules/sonic-boom/index.js', 3],
    ['node_modules/zod/index.js', 0],
  ];
  expect(bundledPackages(metafile(...inputs))).toEqual(['node_modules/@opentelemetry/api', 'node_modules/pino/node_modules/sonic-boom', 'node_modules/rxjs']);
});

test('a text that several have stands there once, below all of them', () => {
  const shared = ['node_modules/@opentelemetry/core/a.js', 'node_modules/@opentelemetry/resources/a.js', 'node_modules/zod/a.js'];
  const text = licencesOf([metafile(...shared.map((path) => [path, 1]))]);
  expect(text.match(/^(@?[\w/.-]+) [\d.]+: (Apache-2\.0|MIT)$/gm)?.map((line) => line.split(' ')[0])).toEqual([
    '@opentelemetry/core',
    '@opentelemetry/resources',
    'zod',
    'node-addon-api',
  ]);
  expect(text.split('Apache License\n').length - 1).toBe(1);
});
