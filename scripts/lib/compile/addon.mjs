import { mkdirSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { filesBelow, makeWhole } from '../files.mjs';
import { isCross, target } from '../host.mjs';
import { inParallel } from '../parallel.mjs';
import { at, shown } from '../paths.mjs';
import { hash, hashFiles, isFresh, setStamp, toolIdentity } from '../setup/stamp.mjs';
import { compile } from './compiler.mjs';

/** Compiler options of every build. */
export const FLAGS = [
  '-std=c++20',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-DNAPI_VERSION=8',
  '-DNAPI_CPP_EXCEPTIONS',
  // Drops an error that cannot be thrown because the worker is being terminated.
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

/** The addon, and a second build with AddressSanitizer and UBSan for the tests (test/sanitized/). */
const PLAIN = {
  stamp: 'addon',
  output: at('build', 'connwatch.node'),
  objects: 'native',
  // A record passes through functions of six files: a quarter of its instructions are calls that this makes disappear.
  flags: ['-O2', '-flto=auto', '-fvisibility=hidden'],
};
const SANITIZED = {
  stamp: 'addon-sanitized',
  output: at('build', 'asan', 'connwatch.node'),
  objects: 'asan',
  flags: ['-O1', '-g', '-fno-omit-frame-pointer', ...SANITIZERS],
};

export const addon = PLAIN.output;

/** Debian's name of the cross compiler. */
export const compilerName = () => (isCross() ? `${target().triplet}-g++` : 'g++');

// Origin of the headers that are not in the checkout.
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

export const sources = () => filesBelow(at('native'), (path) => extname(path) === '.cc');
const objectOf = ({ objects }, source) => at('build', objects, `${basename(source, '.cc')}.o`);

// Any file may include any of our headers. There are few files, so a changed header rebuilds all of them.
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
  // Writes a new file, so that a running agent keeps the one that it has mapped.
  await makeWhole(output, (draft) => compiler([...flags, ...sources().map((source) => objectOf(variant, source)), ...LINK_FLAGS, '-o', draft]));
  setStamp(stamp, from);
}

async function compiler(args) {
  const warnings = await compile('the native addon', 'native', compilerName(), args);
  if (warnings) process.stderr.write(`\n${warnings}`);
}
