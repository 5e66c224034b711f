import { defineConfig } from 'vitest/config';

// The suite against a real Apache Kafka: one broker for all files, beside those that some have of their own.
export default defineConfig({
  test: {
    include: ['test/kafka/**/*.test.ts'],
    globalSetup: ['test/kafka/setup.ts'],
    // Much of it is waiting. No more: brokers take memory, and what is measured needs a core.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 20_000 } },
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
