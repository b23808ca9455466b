import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { inTemporaryFolder, makeWhole } from '../files.mjs';
import { at, root, shown } from '../paths.mjs';
import { Refusal } from '../refusal.mjs';
import { run, which } from '../run.mjs';
import { hash } from '../setup/stamp.mjs';

const builderFile = at('otel-collector', 'builder.yaml');
const builder = () => readFileSync(builderFile, 'utf8');

/** Path of the collector. It is outside of the checkout, so that all clones share it: building takes minutes. Its name has a hash of its sources. */
export function collectorFile(from, goVersion) {
  const given = process.env.XDG_CACHE_HOME ?? '';
  const cache = isAbsolute(given) ? given : join(homedir(), '.cache');
  return join(cache, 'connwatch', `otelcol-${hash(from, goVersion).slice(0, 16)}`);
}

/** The collector built from this builder.yaml by this Go; undefined if it has not been built or there is no Go. */
export function readyCollector() {
  if (!which('go')) return undefined;
  const file = collectorFile(builder(), goVersion());
  return existsSync(file) ? file : undefined;
}

const goVersion = () => execFileSync('go', ['version'], { cwd: root, encoding: 'utf8' }).trim();

/**
 * Builds the collector of otel-collector/builder.yaml. This takes minutes, so it runs at the lowest priority and, except
 * in CI, one package at a time. The file gets its name when it is complete.
 * @returns {Promise<string>} its path
 * @throws Refusal
 */
export async function buildCollector() {
  if (!which('go')) {
    throw new Refusal('Go is missing; it builds the collector.', {
      code: 'CW_SETUP_MISSING',
      why: 'the program go is not on the PATH.',
      todo: 'install Go (https://go.dev/dl), or use the upstream distribution otelcol-contrib, which has all parts.',
    });
  }
  const from = builder();
  const collector = collectorFile(from, goVersion());
  await inTemporaryFolder(async (folder) => {
    const source = join(folder, 'src');
    const file = join(folder, 'builder.yaml');
    writeFileSync(file, from.replace(/^( +output_path: ).*$/m, `$1${source}`));
    const version = /^ +version: (\S+)$/m.exec(from)?.[1];
    const tool = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
    await go(['run', tool, '--config', file, '--skip-compilation'], folder);
    // -e: some proxies lack modules that only tests need.
    await go(['mod', 'tidy', '-e'], source);
    await makeWhole(collector, (draft) => go(['build', '-trimpath', '-ldflags=-s -w', '-o', draft, '.'], source));
  });
  return collector;
}

async function go(args, cwd) {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: `${process.env.GOFLAGS ?? ''}${process.env.CI ? '' : ' -p=1'}`.trim() };
  const { code, stdout, stderr } = await run('nice', ['-n', '19', 'go', ...args], { cwd, env });
  if (code === 0) return;
  throw new Refusal('the collector could not be built.', {
    code: 'CW_SETUP_BUILD',
    why: `\`go ${args.slice(0, 2).join(' ')}\` ended with ${code}:`,
    todo: `check that the Go module proxy is reachable, and the versions in ${shown(builderFile)}.`,
    detail: stdout + stderr,
  });
}
