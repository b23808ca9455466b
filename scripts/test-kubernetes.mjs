// `npm run test:kubernetes`: builds Kubernetes and a Collector if they are missing, starts a cluster in a network namespace, and tests the chart and the names of pods in it. Arguments are Vitest's.
import './lib/setup/node-version.mjs';

// No `await` at the top: an old Node.js must be able to read this file, to say that it is too old.
import('./lib/refusal.mjs').then(({ main }) => main(command));

async function command(args) {
  const { setup } = await import('./lib/setup.mjs');
  const { buildCollector, readyCollector } = await import('./lib/test/collector.mjs');
  const { buildKubernetes, readyKubernetes } = await import('./lib/test/kubernetes.mjs');
  const { timed } = await import('./lib/setup/steps.mjs');
  const { runTests } = await import('./lib/test/tests.mjs');
  await setup({ tests: true });
  if (readyKubernetes() === undefined) await timed('kubernetes: building with Go, which takes 10 to 40 minutes', buildKubernetes, () => undefined);
  if (readyCollector('cluster') === undefined) await timed('collector: building with Go, which takes minutes', () => buildCollector('cluster'), () => undefined);
  process.env.CONNWATCH_TEST_KUBERNETES = '1';
  return runTests(args.length > 0 ? args : ['test/kubernetes']);
}
