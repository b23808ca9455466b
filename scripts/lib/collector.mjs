import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, shown } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { run, which } from './run.mjs';
import { hash, replaceFile } from './stamp.mjs';

const builderFile = at('otel-collector', 'builder.yaml');
export const collector = at('.cache', 'otelcol', 'otelcol');
// Beside what it speaks of: build/ may be emptied without minutes of building anew.
const stamp = at('.cache', 'otelcol', 'built-from');

const builder = () => readFileSync(builderFile, 'utf8');

/** The collector is there, and was built from this builder.yaml. */
export const collectorIsFresh = () =>
  existsSync(collector) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash(builder());

/**
 * Builds the collector of otel-collector/builder.yaml into .cache/otelcol/, at the lowest priority and (but in CI, which
 * waits for it) one package at a time: it takes minutes, and the machine has other work.
 * @throws Refusal
 */
export async function buildCollector() {
  if (!which('go')) {
    throw new Refusal('there is no Go to build the collector with.', {
      code: 'CW_SETUP_MISSING',
      why: 'the program go is not on the PATH.',
      todo: 'install Go (https://go.dev/dl), or use the upstream distribution otelcol-contrib, which has all parts.',
    });
  }
  const from = builder();
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-otelcol-'));
  const draft = `${collector}.${process.pid}.tmp`;
  try {
    const source = join(folder, 'src');
    const file = join(folder, 'builder.yaml');
    writeFileSync(file, from.replace(/^( +output_path: ).*$/m, `$1${source}`));
    const version = /^ +version: (\S+)$/m.exec(from)?.[1];
    const tool = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
    await go(['run', tool, '--config', file, '--skip-compilation'], folder);
    // -e: not every proxy has the modules that only tests need.
    await go(['mod', 'tidy', '-e'], source);
    mkdirSync(at('.cache', 'otelcol'), { recursive: true });
    await go(['build', '-trimpath', '-ldflags=-s -w', '-o', draft, '.'], source);
    renameSync(draft, collector);
    replaceFile(stamp, hash(from));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(draft, { force: true });
  }
}

async function go(args, cwd) {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: `${process.env.GOFLAGS ?? ''}${process.env.CI ? '' : ' -p=1'}`.trim() };
  const { code, stdout, stderr } = await run('nice', ['-n', '19', 'go', ...args], { cwd, env });
  if (code === 0) return;
  throw new Refusal('the collector could not be built.', {
    code: 'CW_SETUP_BUILD',
    why: `\`go ${args.slice(0, 2).join(' ')}\` ended with ${code}:`,
    todo: `see whether the Go module proxy can be reached, and the versions in ${shown(builderFile)}.`,
    detail: stdout + stderr,
  });
}
