import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], options: object = {}) => ({
  test: { name, include, ...options },
})

/**
 * unit: pure and fast, no process started.
 * integration: the real broker, ClickHouse and registry, started once by tests/integration/stack.ts.
 * browser: the wallboard over made-up data, in a real browser that is started once by tests/browser/wall-and-browser.ts.
 * system: the whole product as a user starts it, in a real browser.
 */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.test-results.json' }]],
    projects: [
      project('unit', ['tests/**/*.test.ts'], {
        exclude: ['tests/integration/**', 'tests/system/**', 'tests/browser/**'],
        testTimeout: 60_000,
        // Pure, so nothing is left behind by one file for another: loading everything again for each is a third of it all.
        isolate: false,
      }),
      project('integration', ['tests/integration/**/*.test.ts'], {
        globalSetup: ['tests/integration/stack.ts'],
        fileParallelism: false,
        testTimeout: 180_000,
        hookTimeout: 180_000,
      }),
      project('browser', ['tests/browser/**/*.test.ts'], {
        globalSetup: ['tests/browser/wall-and-browser.ts'],
        fileParallelism: false,
        testTimeout: 600_000,
        hookTimeout: 600_000,
      }),
      project('system', ['tests/system/**/*.test.ts'], {
        fileParallelism: false,
        testTimeout: 600_000,
        hookTimeout: 600_000,
      }),
    ],
  },
})
