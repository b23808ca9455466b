import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { filesBelow, replaceFile } from '../files.mjs';
import { at, root } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run } from '../run.mjs';
import { hash, hashFiles, isFresh, setStamp } from '../setup/stamp.mjs';
import { licencesOf } from './licences.mjs';

/** Rooms that package.json exports. */
export const PUBLIC_ROOMS = ['ebpf', 'stream', 'metrics', 'health', 'server'];
const dist = at('dist');
export const program = at('dist', 'connwatch.js');
export const licences = at('dist', 'LICENSES.txt');

// Bundles of their own: the program would be in many more chunks if it shared them with the rooms, and each has its price
// at the start.
const ENTRY_POINTS = [
  { connwatch: at('src', 'cli', 'main.ts') },
  // A thread begins in a file of its own.
  { 'bcrypt-worker': at('src', 'server', 'protected', 'bcrypt-worker.ts') },
  Object.fromEntries(PUBLIC_ROOMS.map((room) => [room, at('src', room, 'index.ts')])),
];

const outputs = () => [...ENTRY_POINTS.flatMap(Object.keys).map((name) => join(dist, `${name}.js`)), licences];

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // What is imported lazily (OTLP, pretty logs) becomes a file of its own.
  splitting: true,
  // Beside the entries, so that a path relative to the file is the same in all.
  chunkNames: 'chunk-[hash]',
  minifyWhitespace: true,
  // Their place is LICENSES.txt.
  legalComments: 'none',
  metafile: true,
  // CommonJS dependencies call require, which a module does not have.
  banner: {
    js: "import { createRequire as cwCreateRequire } from 'node:module';const require = cwCreateRequire(import.meta.url);",
  },
  logLevel: 'silent',
};

// The OTLP exporter loads gRPC through a require of its own at run time, which esbuild does not follow. As a
// plain require gRPC is in the chunk, once.
const OWN_REQUIRE = /\b__require\d*\("@grpc\/grpc-js"\)/g;
const bundleGrpc = {
  name: 'bundle-grpc',
  setup(build) {
    build.onLoad({ filter: /otlp-grpc-exporter-base[/\\]dist[/\\].*\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(OWN_REQUIRE, 'require("@grpc/grpc-js")'),
    }));
    build.onEnd(({ outputFiles }) => {
      if (outputFiles?.some(({ text }) => text.search(OWN_REQUIRE) >= 0)) throw new Error('gRPC is not in the bundle');
    });
  },
};

// To import a module of Node.js reads each of its exports, and of node:http one is WebSocket with all that is behind
// it: 14 MB of memory and a fifth of the start. To require it reads none.
const NODE_MODULE = new RegExp(`^(?:node:)?(${builtinModules.map((name) => name.replace(/^node:/, '')).join('|')})$`);
const requireNodeModules = {
  name: 'require-node-modules',
  setup(build) {
    build.onResolve({ filter: NODE_MODULE }, ({ path, kind, importer }) => {
      const full = path.replace(NODE_MODULE, 'node:$1');
      // One for each file that imports it: what several have in common would be a chunk of its own.
      return kind === 'import-statement' ? { path: full, suffix: `?${importer.replaceAll('/', ':')}`, namespace: 'node-module' } : { path: full, external: true };
    });
    build.onLoad({ filter: NODE_MODULE, namespace: 'node-module' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

// What rxjs has for Node.js is CommonJS, of which all stays, 250 kB; of its modules what is used.
const RXJS = /^rxjs$/;
const rxjsAsModules = {
  name: 'rxjs-as-modules',
  setup(build) {
    build.onResolve({ filter: RXJS }, () => ({ path: at('node_modules', 'rxjs', 'dist', 'esm', 'index.js'), sideEffects: false }));
  },
};

async function definitions() {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  return {
    __CONNWATCH_VERSION__: JSON.stringify(version),
    __CONNWATCH_COMMIT__: JSON.stringify(await commit()),
  };
}

/** Short hash of the commit, with `-dirty` when files differ from it; outside of a git checkout what $SOURCE_COMMIT says, or `unknown`. */
async function commit() {
  const { code, stdout } = await run('git', ['-c', `safe.directory=${root}`, 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']);
  return code === 0 ? stdout.trim() : process.env.SOURCE_COMMIT || 'unknown';
}

export const isSource = (path) => path.endsWith('.ts') && !path.endsWith('.test.ts');

async function inputs() {
  return hash(
    JSON.stringify([OPTIONS, String(OWN_REQUIRE), String(requireNodeModules.setup), String(rxjsAsModules.setup), await definitions()]),
    hashFiles([at('package-lock.json'), at('scripts', 'lib', 'compile', 'licences.mjs'), ...filesBelow(at('src'), isSource)]),
  );
}

export const bundleIsFresh = async () => isFresh('bundle', await inputs(), outputs());

/** Bundles src/ into dist/. @throws Refusal with esbuild's messages */
export async function buildBundle() {
  const from = await inputs();
  const esbuild = await import('esbuild');
  const define = await definitions();
  const bundle = (entryPoints) =>
    esbuild.build({
      ...OPTIONS,
      plugins: [bundleGrpc, requireNodeModules, rxjsAsModules],
      entryPoints,
      define,
      outdir: dist,
      absWorkingDir: at(),
      write: false,
    });
  let results;
  try {
    results = await Promise.all(ENTRY_POINTS.map(bundle));
  } catch (error) {
    throw bundleRefusal(esbuild, error);
  } finally {
    // Its helper process would stay for as long as the agent runs.
    await esbuild.stop();
  }
  const files = results.flatMap(({ outputFiles }) => outputFiles);
  for (const { path, contents } of files) replaceFile(path, contents, path === program ? 0o755 : 0o644);
  replaceFile(licences, licencesOf(results.map(({ metafile }) => metafile)));
  removeOthers(files.map(({ path }) => path));
  setStamp('bundle', from);
}

// Chunks of an earlier bundle.
function removeOthers(kept) {
  for (const name of readdirSync(dist))
    if (name.endsWith('.js') && !kept.includes(join(dist, name))) rmSync(join(dist, name));
}

function bundleRefusal(esbuild, error) {
  if (!error.errors) return error;
  return new Refusal('the TypeScript sources could not be bundled.', {
    code: 'CW_SETUP_BUILD',
    why: `esbuild found ${error.errors.length} error(s):`,
    todo: 'if you changed nothing below src/, please report it together with these lines.',
    detail: esbuild.formatMessagesSync(error.errors, { kind: 'error', terminalWidth: 100 }).join(''),
  });
}
