import { expect, it } from 'vitest';
import { at } from './harness/host.ts';
import { must } from './harness/run.ts';

/** Modules of Node.js that are loaded when this program has imported a file of dist/. */
async function loadedBy(file: string): Promise<string[]> {
  const program = `await import(${JSON.stringify(at('dist', file))}); console.log(process.moduleLoadList.join('\\n'))`;
  return (await must([process.execPath, '--input-type=module', '-e', program])).split('\n');
}

it('the bundle serves HTTP without the client that node:http brings when it is imported', async () => {
  const loaded = await loadedBy('server.js');
  expect(loaded).toContain('NativeModule http');
  expect(loaded.filter((name) => name.includes('undici'))).toEqual([]);
});

it('npm --silent start prints what the program prints, and no more', async () => {
  const program = await must([process.execPath, at('dist', 'connwatch.js'), 'version']);
  expect(program).toMatch(/^connwatch \d/);
  expect(await must(['npm', '--silent', '--prefix', at(), 'start', '--', 'version'])).toBe(program);
});

it('a fresh checkout has the help that the program prints (npm test -- test/bundle.test.ts -u writes it)', async () => {
  const help = await must([process.execPath, at('dist', 'connwatch.js'), '--help']);
  await expect(help).toMatchFileSnapshot(at('scripts', 'lib', 'help.txt'));
});

it('and the default settings that it prints', async () => {
  const settings = await must([process.execPath, at('dist', 'connwatch.js'), 'config']);
  await expect(settings).toMatchFileSnapshot(at('scripts', 'lib', 'config.txt'));
});
