import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real servers are mostly waited for: two files at a time keep two cores busy and starve nobody.
    maxWorkers: 2,
    minWorkers: 1,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
