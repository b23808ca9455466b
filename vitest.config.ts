import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    allowOnly: process.env['CI'] === undefined,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.mjs'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One at a time and after the others: what these tests count is the whole machine's.
        test: {
          name: 'kernel',
          include: ['test/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
