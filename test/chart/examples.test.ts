import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { must, run } from '../harness/run.ts';
import { because, chart, examples, helms, noHelm, template } from './helm.ts';

const [oldest, ...newer] = helms;

describe.skipIf(noHelm)(`the chart's examples${because}`, () => {
  it.each(examples)('$name is rendered as rendered.yaml says, which npm test -- test/chart -u writes', async ({ name, values }) => {
    const { code, stdout, stderr } = await template(oldest!, '--values', values);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(join(chart, 'examples', name, 'rendered.yaml'));
  });

  it.each(newer.flatMap((helm) => examples.map((example) => ({ ...helm, ...example }))))('$name is the same with Helm $version', async (one) => {
    expect((await template(one, '--values', one.values)).stdout).toBe((await template(oldest!, '--values', one.values)).stdout);
  });

  it.each(helms.flatMap((helm) => examples.map((example) => ({ ...helm, ...example }))))('$name has no finding of helm lint --strict, Helm $version', async (one) => {
    const { code, stdout } = await run([one.program, 'lint', '--strict', chart, '--values', one.values]);
    expect({ code, findings: stdout.match(/\[(WARNING|ERROR)\].*/g) }).toEqual({ code: 0, findings: null });
  });

  it('packs what a user needs and no examples', async () => {
    const packed = await must(['sh', '-c', `cd "$(mktemp -d)" && "${oldest!.program}" package "${chart}" >/dev/null && tar -tzf ./*.tgz; rm -r "$PWD"`]);
    const files = packed.trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['connwatch/Chart.yaml', 'connwatch/README.md', 'connwatch/values.schema.json', 'connwatch/templates/NOTES.txt']));
    expect(files.filter((name) => name.includes('examples'))).toEqual([]);
  });
});
