import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globals: false,
    env: { NODE_EXTRA_CA_CERTS: '' },
  },
});
