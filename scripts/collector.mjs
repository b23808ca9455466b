// `npm run collector [-- cluster]`: builds the OpenTelemetry Collector of otel-collector/builder.yaml, or builder-cluster.yaml,
// for tests and for trying it out.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command([kind = 'plain']) {
  const { buildCollector, isCollectorKind, readyCollector } = await import('./lib/test/collector.mjs');
  const { timed } = await import('./lib/setup/steps.mjs');
  const label = 'collector: building with Go, which takes minutes';
  if (!isCollectorKind(kind)) {
    const { Refusal } = await import('./lib/refusal.mjs');
    throw new Refusal(`there is no collector '${kind}'.`, { code: 'CW_SETUP_ARGUMENT', why: 'npm run collector builds one for nodes and one gateway, npm run collector -- cluster one with more components.', todo: 'give no argument, or cluster.' });
  }
  process.stdout.write(`${readyCollector(kind) ?? (await timed(label, () => buildCollector(kind), () => undefined))}\n`);
}
