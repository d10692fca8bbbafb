import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    globalSetup: './test/support/build-once.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests that start processes wait more than they compute.
    maxWorkers: 4,
  },
});
