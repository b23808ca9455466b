import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { at } from '../harness/paths.ts';
import { anchors, namedPaths, relativeLinks } from './links.ts';

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: at(), encoding: 'utf8' })
  .split('\n')
  .filter((page) => page !== '' && existsSync(at(page)));

const read = (page: string) => readFileSync(at(page), 'utf8');

it('finds links and anchors as GitHub does', () => {
  const text = '# A `b`: c\n## A b c\n[x](y.md#z), `[no](no.md)`, [w](https://w.example/)\n```sh\n# no\n[no](no.md)\n```\n[a\nb](#a-b-c)\n';
  expect(relativeLinks(text)).toEqual([
    { path: 'y.md', anchor: 'z' },
    { path: '', anchor: 'a-b-c' },
  ]);
  expect([...anchors(text)]).toEqual(['a-b-c', 'a-b-c-1']);
});

it('finds paths in code', () => {
  expect(namedPaths('`src/a.ts` `src/x*` src/b.ts `docs/`\n```sh\ncat `src/c.ts`\n```\n')).toEqual(['src/a.ts', 'docs/']);
});

it('checks the pages of the repository', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/metrics.md', 'docs/internals/architecture.md', 'charts/connwatch/README.md']));
});

it.each(pages)('%s has no broken link', (page) => {
  const broken = relativeLinks(read(page)).filter(({ path, anchor }) => {
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(at(target))) return true;
    return anchor !== undefined && !anchors(read(target)).has(anchor);
  });
  expect(broken).toEqual([]);
});

it.each(pages)('%s names existing paths only', (page) => {
  expect(namedPaths(read(page)).filter((path) => !existsSync(at(path)))).toEqual([]);
});
