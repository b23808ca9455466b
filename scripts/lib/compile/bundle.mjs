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
export const PUBLIC_ROOMS = ['library', 'ebpf', 'stream', 'metrics', 'health', 'server'];
const dist = at('dist');
export const program = at('dist', 'connwatch.js');
export const licences = at('dist', 'LICENSES.txt');

// The rooms have bundles of their own. If they shared chunks with the program, the program would have many more chunks, and
// each costs time at the start.
const ENTRY_POINTS = [
  { connwatch: at('src', 'cli', 'bin.ts') },
  // A worker thread needs a file of its own.
  { 'bcrypt-worker': at('src', 'server', 'protected', 'bcrypt-worker.ts') },
  Object.fromEntries(PUBLIC_ROOMS.map((room) => [room, at('src', room, 'index.ts')])),
];

// The page at /ui, for browsers.
const PAGE = { entryPoints: { ui: at('src', 'ui', 'app.tsx'), 'ui.style': at('src', 'ui', 'app.css') }, html: at('src', 'ui', 'ui.html') };
const PAGE_OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome120', 'firefox121', 'safari17.4'],
  minify: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  metafile: true,
  logLevel: 'silent',
};
const page = { html: at('dist', 'ui.html'), script: at('dist', 'ui.js'), style: at('dist', 'ui.css') };

const outputs = () => [...ENTRY_POINTS.flatMap(Object.keys).map((name) => join(dist, `${name}.js`)), ...Object.values(page), licences];

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  // Modules that are imported lazily (OTLP, pretty logs) become files of their own.
  splitting: true,
  // Chunks are next to the entries, so that paths relative to the file are the same in all of them.
  chunkNames: 'chunk-[hash]',
  minifyWhitespace: true,
  // Licence comments are in LICENSES.txt instead.
  legalComments: 'none',
  metafile: true,
  // CommonJS dependencies call require, which a module does not have.
  banner: {
    js: "import { createRequire as cwCreateRequire } from 'node:module';const require = cwCreateRequire(import.meta.url);",
  },
  logLevel: 'silent',
};

// The OTLP exporter loads gRPC through its own require at run time, which esbuild does not follow. Replaced by a
// plain require, gRPC is in the chunk once.
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

// Importing a module of Node.js evaluates all its exports. One export of node:http is WebSocket, which loads 14 MB and
// takes a fifth of the start-up time. Requiring the module evaluates none of them.
const NODE_MODULE = new RegExp(`^(?:node:)?(${builtinModules.map((name) => name.replace(/^node:/, '')).join('|')})$`);
const requireNodeModules = {
  name: 'require-node-modules',
  setup(build) {
    build.onResolve({ filter: NODE_MODULE }, ({ path, kind, importer }) => {
      const full = path.replace(NODE_MODULE, 'node:$1');
      // One module for each importing file, because a shared one would become a chunk of its own.
      return kind === 'import-statement' ? { path: full, suffix: `?${importer.replaceAll('/', ':')}`, namespace: 'node-module' } : { path: full, external: true };
    });
    build.onLoad({ filter: NODE_MODULE, namespace: 'node-module' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

// For Node.js, rxjs exports CommonJS, which cannot be tree-shaken: 250 kB. Its ES modules can.
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

/** Short hash of the commit, with `-dirty` if files differ from it. Outside of a git checkout $SOURCE_COMMIT, or `unknown`. */
async function commit() {
  const { code, stdout } = await run('git', ['-c', `safe.directory=${root}`, 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']);
  return code === 0 ? stdout.trim() : process.env.SOURCE_COMMIT || 'unknown';
}

export const isSource = (path) => /\.(tsx?|css|html|json)$/.test(path) && !path.endsWith('.test.ts');

async function inputs() {
  return hash(
    JSON.stringify([OPTIONS, PAGE_OPTIONS, String(OWN_REQUIRE), String(requireNodeModules.setup), String(rxjsAsModules.setup), await definitions()]),
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
  const bundlePage = () => esbuild.build({ ...PAGE_OPTIONS, entryPoints: PAGE.entryPoints, outdir: dist, absWorkingDir: at(), write: false });
  let results;
  try {
    results = await Promise.all([...ENTRY_POINTS.map(bundle), bundlePage()]);
  } catch (error) {
    throw bundleRefusal(esbuild, error);
  } finally {
    // Otherwise the helper process of esbuild would stay while the agent runs.
    await esbuild.stop();
  }
  const files = results.flatMap(({ outputFiles }) => outputFiles);
  for (const { path, contents } of files) replaceFile(path.replace(/\bui\.style\.css$/, 'ui.css'), contents, path === program ? 0o755 : 0o644);
  replaceFile(page.html, readFileSync(PAGE.html), 0o644);
  replaceFile(licences, licencesOf(results.map(({ metafile }) => metafile)));
  removeOthers(files.map(({ path }) => path));
  setStamp('bundle', from);
}

// Removes chunks of earlier bundles.
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
