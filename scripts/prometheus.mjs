// `npm run prometheus`: Prometheus 3, for tests of its OTLP receiver and its reading of start times.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command() {
  const { buildPrometheus, readyPrometheus } = await import('./lib/test/prometheus-3.mjs');
  const { timed } = await import('./lib/setup/steps.mjs');
  const label = 'prometheus: building with Go, which takes 10 to 30 minutes';
  process.stdout.write(`${readyPrometheus() ?? (await timed(label, buildPrometheus, () => undefined))}\n`);
}
