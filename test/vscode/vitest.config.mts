import { defineConfig } from 'vitest/config';

// Real windows: one after the other, each test a step of a user's story.
export default defineConfig({
  test: {
    include: ['test/vscode/ui/**/*.test.ts'],
    globalSetup: ['test/vscode/ui/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
