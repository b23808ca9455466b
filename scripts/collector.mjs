// `npm run collector`: the OpenTelemetry Collector of otel-collector/builder.yaml, for tests and to try it out.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command() {
  const { buildCollector, readyCollector } = await import('./lib/test/collector.mjs');
  process.stdout.write(`${readyCollector() ?? (await build(buildCollector))}\n`);
}

async function build(buildCollector) {
  const say = (text) => process.stderr.write(text);
  say('collector: building with Go, which takes minutes ...');
  const start = performance.now();
  try {
    const file = await buildCollector();
    say(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    return file;
  } catch (error) {
    say(' failed\n');
    throw error;
  }
}
