import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, makeWhole } from '../files.mjs';
import { which } from '../run.mjs';
import { cacheFile, go, goVersion, requireGo } from './go.mjs';

const VERSION = 'v0.316.0';
const PROGRAM = 'github.com/prometheus/prometheus/cmd/prometheus';
const WHAT = { what: 'Prometheus', versions: 'scripts/lib/test/prometheus-3.mjs' };

/** Prometheus 3 (the module's v0.316.0 is 3.16.0), with its OTLP receiver; Debian has 2.42. undefined where it has not been built, or there is no Go. */
export function readyPrometheus() {
  if (!which('go')) return undefined;
  const file = cacheFile('prometheus', VERSION, goVersion());
  return existsSync(file) ? file : undefined;
}

/**
 * Builds it without its web pages.
 * @returns {Promise<string>} its path
 * @throws Refusal
 */
export async function buildPrometheus() {
  requireGo(WHAT.what);
  const program = cacheFile('prometheus', VERSION, goVersion());
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'go.mod'), 'module connwatch.local/prometheus\n');
    await go(['get', `${PROGRAM}@${VERSION}`], folder, WHAT);
    await makeWhole(program, (draft) => go(['build', '-trimpath', '-ldflags=-s -w', '-o', draft, PROGRAM], folder, WHAT));
  });
  return program;
}
