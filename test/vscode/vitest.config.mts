import { defineConfig } from 'vitest/config';

// Real windows, two at a time; each test is a step of a user's story.
export default defineConfig({
  test: {
    include: ['test/vscode/ui/**/*.test.ts'],
    globalSetup: ['test/vscode/ui/setup.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
