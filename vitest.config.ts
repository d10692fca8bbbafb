import { defineConfig } from 'vitest/config';

const ROLLOUT = 'test/rollout/**/*.test.ts';
const END_TO_END = 'test/e2e/**/*.test.ts';
const MODEL = 'test/model/**/*.test.ts';
const FAULTS = 'test/faults/**/*.test.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests that start processes wait more than they compute.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: [ROLLOUT, MODEL, END_TO_END, FAULTS],
          globalSetup: './test/support/build-once.ts',
          sequence: { groupOrder: 0 },
          provide: { connectBy: 'service-account' },
        },
      },
      {
        // The Kubernetes adapter once more, connected as outside a pod.
        extends: true,
        test: {
          name: 'kubeconfig',
          include: ['test/kubernetes/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          provide: { connectBy: 'kubeconfig' },
        },
      },
      {
        // Afterwards, and alone: what they compare is how many requests fail, on a machine that has to keep up with them.
        extends: true,
        test: {
          name: 'rollout',
          include: [ROLLOUT],
          globalSetup: './test/support/build-once.ts',
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The real process under every fault, many at once; they wait more than they compute. `npm test` leaves it out.
        extends: true,
        test: {
          name: 'faults',
          include: [FAULTS],
          globalSetup: './test/support/build-once.ts',
          sequence: { groupOrder: 3 },
        },
      },
      {
        // After these, because it computes as much as the machine can, and others would be late beside it.
        extends: true,
        test: {
          name: 'model',
          include: [MODEL],
          sequence: { groupOrder: 3 },
        },
      },
      {
        // In real pods and in real time; they wait nearly all of it. `npm test` leaves it out.
        extends: true,
        test: {
          name: 'e2e',
          include: [END_TO_END],
          globalSetup: './test/e2e/setup.ts',
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxConcurrency: 6,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
