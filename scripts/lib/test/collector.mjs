import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, makeWhole } from '../files.mjs';
import { at, shown } from '../paths.mjs';
import { which } from '../run.mjs';
import { cacheFile, go, goVersion, requireGo } from './go.mjs';

const builderFile = at('otel-collector', 'builder.yaml');
const builder = () => readFileSync(builderFile, 'utf8');
const WHAT = { what: 'the collector', versions: shown(builderFile) };

/** Path of the collector. Its name has a hash of its sources. */
export const collectorFile = (from, version) => cacheFile('otelcol', from, version);

/** The collector built from this builder.yaml by this Go; undefined if it has not been built or there is no Go. */
export function readyCollector() {
  if (!which('go')) return undefined;
  const file = collectorFile(builder(), goVersion());
  return existsSync(file) ? file : undefined;
}

/**
 * Builds the collector of otel-collector/builder.yaml. This takes minutes, so it runs at the lowest priority and, except
 * in CI, one package at a time. The file gets its name when it is complete.
 * @returns {Promise<string>} its path
 * @throws Refusal
 */
export async function buildCollector() {
  requireGo(WHAT.what, 'install Go (https://go.dev/dl), or use the upstream distribution otelcol-contrib, which has all parts');
  const from = builder();
  const collector = collectorFile(from, goVersion());
  await inTemporaryFolder(async (folder) => {
    const source = join(folder, 'src');
    const file = join(folder, 'builder.yaml');
    writeFileSync(file, from.replace(/^( +output_path: ).*$/m, `$1${source}`));
    const version = /^ +version: (\S+)$/m.exec(from)?.[1];
    const tool = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
    await go(['run', tool, '--config', file, '--skip-compilation'], folder, WHAT);
    // -e: some proxies lack modules that only tests need.
    await go(['mod', 'tidy', '-e'], source, WHAT);
    await makeWhole(collector, (draft) => go(['build', '-trimpath', '-ldflags=-s -w', '-o', draft, '.'], source, WHAT));
  });
  return collector;
}
