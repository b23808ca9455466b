import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname } from 'node:path';
import { isCross, target } from '../host.mjs';
import { at, shown } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { filesBelow, hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';

const FLAGS = [
  '-std=c++20',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-DNAPI_VERSION=8',
  '-DNAPI_CPP_EXCEPTIONS',
  // An error that cannot be thrown because the worker is being terminated is dropped.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  '-I.',
  // Not our code: no warnings from it.
  '-isystem',
  'node_modules/node-addon-api',
  '-isystem',
  'node_modules/node-api-headers/include',
  '-isystem',
  `node_modules/node-linux-${process.arch}/include/node`,
];
const LINK_FLAGS = ['-shared', '-lbpf'];
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];

/** The addon, and the same with AddressSanitizer and UBSan, for the tests (test/sanitized/). */
const PLAIN = { stamp: 'addon', output: at('build', 'connwatch.node'), objects: 'native', flags: ['-O2'] };
const SANITIZED = {
  stamp: 'addon-sanitized',
  output: at('build', 'asan', 'connwatch.node'),
  objects: 'asan',
  flags: ['-O1', '-g', '-fno-omit-frame-pointer', ...SANITIZERS],
};

export const addon = PLAIN.output;

/** Its name on Debian when it compiles for another architecture. */
export const compilerName = () => (isCross() ? `${target().triplet}-g++` : 'g++');

// What the headers outside the checkout's own code come from.
const toolchain = ({ flags }) =>
  hash(
    [...FLAGS, ...flags].join(' '),
    toolIdentity(compilerName()),
    hashFiles(['/usr/include/bpf/libbpf_version.h', '/usr/local/include/bpf/libbpf_version.h']),
    hashFiles(
      ['node-addon-api', 'node-api-headers', `node-linux-${process.arch}`].map((name) =>
        at('node_modules', name, 'package.json'),
      ),
    ),
  );

const sources = () => filesBelow(at('native'), (path) => extname(path) === '.cc');
const objectOf = ({ objects }, source) => at('build', objects, `${basename(source, '.cc')}.o`);

// Any file may include any of our headers. They are few, so a changed one rebuilds all.
const headers = () => [...filesBelow(at('native'), (path) => extname(path) === '.h'), at('bpf', 'event.h')];

const inputs = (variant) => hash(toolchain(variant), LINK_FLAGS.join(' '), hashFiles([...headers(), ...sources()]));

const isAddonFresh = (variant) => isFresh(variant.stamp, inputs(variant), [variant.output]);

export const addonIsFresh = () => isAddonFresh(PLAIN);
export const sanitizedAddonIsFresh = () => isAddonFresh(SANITIZED);

/** Compiles what changed below native/ and links build/connwatch.node. @throws Refusal */
export const buildAddon = () => build(PLAIN);
/** The same for build/asan/connwatch.node. @throws Refusal */
export const buildSanitizedAddon = () => build(SANITIZED);

async function build(variant) {
  const { stamp, output, objects, flags } = variant;
  const from = inputs(variant);
  const common = hash(toolchain(variant), hashFiles(headers()));
  mkdirSync(at('build', objects), { recursive: true });
  await inParallel(sources(), async (source) => {
    const part = `${stamp}-${basename(source)}`;
    const fromSource = hash(common, hashFiles([source]));
    if (isFresh(part, fromSource, [objectOf(variant, source)])) return;
    await compiler([...FLAGS, ...flags, '-c', shown(source), '-o', objectOf(variant, source)]);
    setStamp(part, fromSource);
  });
  const draft = `${output}.${process.pid}.tmp`;
  try {
    await compiler([...flags, ...sources().map((source) => objectOf(variant, source)), ...LINK_FLAGS, '-o', draft]);
    // A running agent keeps the file that it has mapped.
    renameSync(draft, output);
  } finally {
    rmSync(draft, { force: true });
  }
  setStamp(stamp, from);
}

async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function compiler(args) {
  const { code, stdout, stderr } = await run(compilerName(), args);
  if (code !== 0)
    throw new Refusal('the native addon could not be compiled.', {
      code: 'CW_SETUP_BUILD',
      why: `${compilerName()} ended with code ${code} and this output:`,
      todo: 'if you changed nothing below native/, please report it together with these lines.',
      detail: stderr || stdout,
    });
  if (stderr) process.stderr.write(`\n${stderr}`);
}
