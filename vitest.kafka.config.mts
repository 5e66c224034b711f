import { defineConfig } from 'vitest/config';

// The suite against a real Apache Kafka: one broker for all files, which run one after the other.
export default defineConfig({
  test: {
    include: ['test/kafka/**/*.test.ts'],
    globalSetup: ['test/kafka/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 20_000 } },
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
