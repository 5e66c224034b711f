import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,crash}/**/*.test.ts'],
    testTimeout: 20_000,
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
