import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, makeWhole } from '../files.mjs';
import { at, shown } from '../paths.mjs';
import { which } from '../run.mjs';
import { cacheFile, go, goVersion, requireGo } from './go.mjs';

/** What to build: the components that one node and one gateway need, or also those of a cluster. */
const BUILDERS = { plain: 'builder.yaml', cluster: 'builder-cluster.yaml' };
const builderFile = (kind) => at('otel-collector', BUILDERS[kind]);
const builder = (kind) => readFileSync(builderFile(kind), 'utf8');

export const isCollectorKind = (kind) => Object.hasOwn(BUILDERS, kind);

/** Path of the collector. Its name has a hash of its sources. */
export const collectorFile = (from, version) => cacheFile('otelcol', from, version);

/** The collector built from this builder file by this Go; undefined if it has not been built or there is no Go. */
export function readyCollector(kind = 'plain') {
  if (!which('go')) return undefined;
  const file = collectorFile(builder(kind), goVersion());
  return existsSync(file) ? file : undefined;
}

/**
 * Builds the collector of a builder file. This takes minutes, so it runs at the lowest priority and, except
 * in CI, one package at a time. The file gets its name when it is complete.
 * @returns {Promise<string>} its path
 * @throws Refusal
 */
export async function buildCollector(kind = 'plain') {
  const sources = { what: 'the collector', versions: shown(builderFile(kind)) };
  requireGo(sources.what, 'install Go (https://go.dev/dl), or use the upstream distribution otelcol-contrib, which has all parts');
  const from = builder(kind);
  const collector = collectorFile(from, goVersion());
  await inTemporaryFolder(async (folder) => {
    const source = join(folder, 'src');
    const file = join(folder, 'builder.yaml');
    writeFileSync(file, from.replace(/^( +output_path: ).*$/m, `$1${source}`));
    const version = /^ +version: (\S+)$/m.exec(from)?.[1];
    const tool = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
    await go(['run', tool, '--config', file, '--skip-compilation'], folder, sources);
    // -e: some proxies lack modules that only tests need.
    await go(['mod', 'tidy', '-e'], source, sources);
    await makeWhole(collector, (draft) => go(['build', '-trimpath', '-ldflags=-s -w', '-o', draft, '.'], source, sources));
  });
  return collector;
}
