import { defineConfig } from 'vitest/config';

// Set in the guests of `npm run test:vm`, where all takes longer.
const inVm = process.env['CONNWATCH_TEST_VM'] !== undefined;
// Set by `npm run test:kubernetes`, which builds and starts a cluster.
const inCluster = process.env['CONNWATCH_TEST_KUBERNETES'] !== undefined;
// Set by `npm run test:packages`, which builds packages for all platforms and downloads systems to install them on.
const withPackages = process.env['CONNWATCH_TEST_PACKAGES'] !== undefined;
const KERNEL_TIMEOUT_MS = inVm ? 600_000 : 120_000;

/** Below test/, and without a kernel or a chart. */
const PURE = ['test/docs/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'test/endure/**/*.test.ts'];

export default defineConfig({
  test: {
    allowOnly: process.env['CI'] === undefined,
    // Not from 0 on: where there is one worker, as on a machine with two CPUs, Vitest runs order 0 last.
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.mjs', 'bench/**/*.test.ts', ...PURE],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // After the unit tests, which with -u write the chart's values; Helm takes more than their 5 s on a busy machine.
        test: {
          name: 'chart',
          include: ['test/chart/**/*.test.ts'],
          testTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // One at a time and after the others: what these tests count is the whole machine's.
        test: {
          name: 'kernel',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/harness/setup.ts'],
          exclude: ['**/node_modules/**', 'test/chart/**', ...PURE, ...(inVm ? [] : ['test/vm/**']), ...(inCluster ? [] : ['test/kubernetes/**']), ...(withPackages ? [] : ['test/packages/**'])],
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: KERNEL_TIMEOUT_MS,
          hookTimeout: KERNEL_TIMEOUT_MS,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
