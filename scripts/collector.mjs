// `npm run collector`: builds the OpenTelemetry Collector of otel-collector/builder.yaml, for tests and for trying it out.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command() {
  const { buildCollector, readyCollector } = await import('./lib/test/collector.mjs');
  const { timed } = await import('./lib/setup/steps.mjs');
  const label = 'collector: building with Go, which takes minutes';
  process.stdout.write(`${readyCollector() ?? (await timed(label, buildCollector, () => undefined))}\n`);
}
