import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileBpf } from '../compile/bpf.mjs';
import { inTemporaryFolder } from '../files.mjs';
import { hasBtf, isRoot } from '../host.mjs';
import { agentNode, at } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { markdownTable } from '../table.mjs';
import { MUTANTS } from './mutants.mjs';

/** Time-out for the expectations of a test. It is short, because under a mutant most of them never come true. */
const PATIENCE_MS = 5000;

const ideas = () => [...new Set(MUTANTS.map(({ idea }) => idea))].join(', ');

export const USAGE = `npm run mutate -- [word ...]

Takes branches out of the kernel programs, one at a time, and shows that a named
test turns red for each. Words pick mutants, by idea or by a part of their name.

  ideas   ${ideas()}
  --help  this text
`;

/**
 * Removes the branches of the table from the kernel programs, one at a time, and checks that
 * the named test fails for each.
 * @param {string[]} words only mutants whose idea or name holds one of them; none: all
 * @returns {Promise<number>} exit code: 1 when a mutant survives
 * @throws Refusal if a mutant does not match the source, or if its test fails without it
 */
export async function mutate(words) {
  const mutants = chosen(words);
  const sources = mutants.map(mutated);
  return inTemporaryFolder(async (folder) => {
    await checkGreen(mutants, folder);
    const rows = [];
    for (const [index, mutant] of mutants.entries()) {
      const object = await build(sources[index], join(folder, `${index}`));
      const state = (await runTests([mutant], folder, object)).get(key(mutant));
      rows.push({ mutant, killed: state === 'red', state });
      process.stderr.write(`mutate: ${index + 1} of ${mutants.length}: ${mutant.idea}: ${mutant.name}: ${verdict(state)}\n`);
    }
    process.stdout.write(table(rows));
    return rows.every(({ killed }) => killed) ? 0 : 1;
  });
}

/**
 * The mutants with one of the words in their idea or name; without words, all of them.
 * @throws Refusal when there is none, or this host cannot try any
 */
export function chosen(words) {
  checkHost();
  const mutants = MUTANTS.filter(({ idea, name }) => words.length === 0 || words.some((word) => `${idea} ${name}`.includes(word)));
  if (mutants.length === 0)
    throw new Refusal(`no mutant matches ${words.join(', ')}.`, {
      code: 'CW_SETUP_ARGUMENT',
      why: `the ideas are ${ideas()}.`,
      todo: 'name one of them, or a part of a mutant’s name, or nothing for all.',
    });
  return mutants;
}

function checkHost() {
  if (!isRoot() || !hasBtf())
    throw new Refusal('mutants cannot run here.', {
      code: 'CW_SETUP_HOST',
      why: isRoot() ? 'this kernel has no BTF, so no kernel program can be loaded.' : 'loading kernel programs needs root.',
      todo: 'run it as root on a kernel with BTF (/sys/kernel/btf/vmlinux).',
    });
}

/** Texts of the files without the branch. @returns {Map<string, string>} @throws Refusal if the branch is not found */
export function mutated({ name, edits }) {
  const texts = new Map();
  for (const { file, find, replace } of edits) {
    const parts = (texts.get(file) ?? readFileSync(at('bpf', file), 'utf8')).split(find);
    if (parts.length !== 2)
      throw new Refusal(`the mutant "${name}" does not fit bpf/${file}.`, {
        code: 'CW_SETUP_CHECK',
        why: `the code that it removes occurs ${parts.length - 1} times there, not once: ${JSON.stringify(find)}`,
        todo: 'adapt its entry in scripts/lib/mutate/mutants.mjs to the source.',
      });
    texts.set(file, parts.join(replace));
  }
  return texts;
}

async function build(texts, folder) {
  mkdirSync(folder);
  cpSync(at('bpf'), folder, { recursive: true });
  for (const [file, text] of texts) writeFileSync(join(folder, file), text);
  const output = join(folder, 'mutant.bpf.o');
  await compileBpf({ source: join(folder, 'connwatch.bpf.c'), output, folder });
  return output;
}

/** Checks that the tests pass without mutants. Otherwise a failure with a mutant proves nothing. */
async function checkGreen(mutants, folder) {
  process.stderr.write('mutate: the tests without a mutant\n');
  const states = await runTests(mutants, folder);
  const wrong = [...states].filter(([, state]) => state !== 'green');
  if (wrong.length > 0)
    throw new Refusal('a test does not pass without a mutant.', {
      code: 'CW_SETUP_CHECK',
      why: wrong.map(([test, state]) => `${test}: ${state}`).join('; '),
      todo: 'make it pass (npm test test/kernel), or name an existing test in scripts/lib/mutate/mutants.mjs.',
    });
}

const key = ({ test, title }) => `${test}: ${title}`;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Runs the mutants' tests.
 * @returns {Promise<Map<string, 'green' | 'red' | 'broken' | 'not run'>>} red: an expectation of the test itself was
 *   not met; broken: it failed otherwise, as when the programs can't be loaded, which shows nothing
 */
async function runTests(mutants, folder, object) {
  const results = join(folder, 'results.json');
  rmSync(results, { force: true });
  const files = [...new Set(mutants.map(({ test }) => test))];
  const titles = [...new Set(mutants.map(({ title }) => escaped(title)))].join('|');
  const env = { ...process.env, CONNWATCH_TEST_PATIENCE: `${PATIENCE_MS}`, ...(object && { CONNWATCH_BPF_OBJECT: object }) };
  const options = ['--reporter=json', `--outputFile=${results}`, '--testNamePattern', `(${titles})$`];
  const vitest = at('node_modules', 'vitest', 'vitest.mjs');
  const { stderr } = await run(agentNode, [vitest, 'run', ...options, ...files], { env });
  const tests = read(results, stderr).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((result) => ({ ...result, file: name })),
  );
  return new Map(
    mutants.map((mutant) => {
      const result = tests.find(({ file, title }) => file === at(mutant.test) && title === mutant.title);
      return [key(mutant), stateOf(result)];
    }),
  );
}

function read(file, stderr) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Refusal('the tests left no results.', { code: 'CW_SETUP_CHECK', why: 'Vitest said:', todo: 'fix it.', detail: stderr });
  }
}

function stateOf(result) {
  if (result?.status === 'passed') return 'green';
  if (result?.status !== 'failed') return 'not run';
  return result.failureMessages.every((message) => message.startsWith('AssertionError')) ? 'red' : 'broken';
}

function verdict(state) {
  if (state === 'red') return 'killed';
  return state === 'green' ? 'SURVIVED' : `says nothing: the test was ${state}`;
}

function table(rows) {
  const cells = rows.map(({ mutant, state }) => [mutant.idea, mutant.name, mutant.title, verdict(state)]);
  const killed = rows.filter((row) => row.killed).length;
  return `${markdownTable([['idea', 'mutant', 'test', 'result'], ...cells])}\n${killed} of ${rows.length} mutants killed\n`;
}
