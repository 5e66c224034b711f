import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,crash}/**/*.test.ts'],
    // All of them: vitest would leave one core idle, of two on a small machine.
    maxWorkers: '100%',
    // Generous: a machine may be busy, and a test that hangs is found all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
