import { defineConfig } from 'vitest/config';

/** What runs or looks at the built command: only these wait for a build. */
const BUILT = ['test/cli/**/*.test.ts', 'test/docs.test.ts', 'test/package.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globals: false,
    maxWorkers: 2, // else one less than there are cores
    env: { NODE_EXTRA_CA_CERTS: '' },
    projects: [
      {
        extends: true,
        // Files share what they import: that halves the time, and none keeps state in a module.
        test: {
          name: 'library',
          include: ['test/**/*.test.ts'],
          exclude: BUILT,
          isolate: false,
          globalSetup: 'test/kernel-once.ts',
        },
      },
      { extends: true, test: { name: 'command', include: BUILT, globalSetup: 'test/build-once.ts' } },
    ],
  },
});
