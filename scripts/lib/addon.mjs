import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname } from 'node:path';
import { at, shown } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { run } from './run.mjs';
import { filesBelow, hash, hashFiles, isFresh, setStamp, toolIdentity } from './stamp.mjs';

export const addon = at('build', 'connwatch.node');

const FLAGS = [
  '-std=c++20',
  '-O2',
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

// What the headers outside the checkout's own code come from.
const toolchain = () =>
  hash(
    FLAGS.join(' '),
    toolIdentity('g++'),
    hashFiles(['/usr/include/bpf/libbpf_version.h', '/usr/local/include/bpf/libbpf_version.h']),
    hashFiles(
      ['node-addon-api', 'node-api-headers', `node-linux-${process.arch}`].map((name) =>
        at('node_modules', name, 'package.json'),
      ),
    ),
  );

const sources = () => filesBelow(at('native'), (path) => extname(path) === '.cc');
const objectOf = (source) => at('build', 'native', `${basename(source, '.cc')}.o`);

// Any file may include any of our headers. They are few, so a changed one rebuilds all.
const headers = () => [...filesBelow(at('native'), (path) => extname(path) === '.h'), at('bpf', 'event.h')];

const inputs = () => hash(toolchain(), LINK_FLAGS.join(' '), hashFiles([...headers(), ...sources()]));

export const addonIsFresh = () => isFresh('addon', inputs(), [addon]);

/** Compiles what changed below native/ and links build/connwatch.node. @throws Refusal */
export async function buildAddon() {
  const from = inputs();
  const common = hash(toolchain(), hashFiles(headers()));
  mkdirSync(at('build', 'native'), { recursive: true });
  await inParallel(sources(), async (source) => {
    const stamp = `addon-${basename(source)}`;
    const fromSource = hash(common, hashFiles([source]));
    if (isFresh(stamp, fromSource, [objectOf(source)])) return;
    await compiler([...FLAGS, '-c', shown(source), '-o', objectOf(source)]);
    setStamp(stamp, fromSource);
  });
  const draft = `${addon}.${process.pid}.tmp`;
  try {
    await compiler([...sources().map(objectOf), ...LINK_FLAGS, '-o', draft]);
    // A running agent keeps the file that it has mapped.
    renameSync(draft, addon);
  } finally {
    rmSync(draft, { force: true });
  }
  setStamp('addon', from);
}

async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function compiler(args) {
  const { code, stdout, stderr } = await run('g++', args);
  if (code !== 0)
    throw new Refusal('the native addon could not be compiled.', {
      why: `g++ ended with code ${code}; this is what it said:`,
      todo: 'if you changed nothing below native/, please report it together with these lines.',
      detail: stderr || stdout,
    });
  if (stderr) process.stderr.write(`\n${stderr}`);
}
