// `npm run collector`: the OpenTelemetry Collector of otel-collector/builder.yaml, for tests and to try it out.
import './lib/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command() {
  const { buildCollector, collector, collectorIsFresh } = await import('./lib/collector.mjs');
  const { shown } = await import('./lib/paths.mjs');
  const say = (text) => process.stderr.write(text);
  if (!collectorIsFresh()) {
    say('collector: building it with Go, this takes minutes ...');
    const start = performance.now();
    try {
      await buildCollector();
    } catch (error) {
      say(' failed\n');
      throw error;
    }
    say(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  }
  process.stdout.write(`${shown(collector)}\n`);
}
