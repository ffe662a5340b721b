import { defineConfig } from 'vitest/config'
import { clickhousePassword } from './tests/clickhouse-password.ts'

const project = (name: string, include: readonly string[], options: object = {}) => ({
  test: { name, include: [...include], ...options },
})

/** Groups run one after the other; within one, so many files at a time. */
const quick = { maxWorkers: 2, sequence: { groupOrder: 0 } }
const inPairs = { maxWorkers: 2, sequence: { groupOrder: 1 } }
const alone = { maxWorkers: 1, sequence: { groupOrder: 2 } }

const minutes = (count: number) => ({ testTimeout: count * 60_000, hookTimeout: count * 60_000 })
/** What processes that tests start find in their environment. */
const env = { CLICKHOUSE_PASSWORD: clickhousePassword }
const stack = { globalSetup: ['tests/integration/stack.ts'], env, ...minutes(3) }

/** Those with a broker, a database or a county of their own; the others share topics, or need the whole machine. */
const integrationInPairs = [
  'tests/integration/*.test.ts',
  'tests/integration/alerting/backtest.test.ts',
  'tests/integration/api/{export,schemathesis,silent-assets,suspects}.test.ts',
  'tests/integration/audit/*.test.ts',
  'tests/integration/census/*.test.ts',
  'tests/integration/clickhouse/*.test.ts',
  'tests/integration/deploy/launcher.test.ts',
  'tests/integration/kafka/security.test.ts',
]

/**
 * unit: pure and fast, no process started.
 * integration: the real broker, ClickHouse and registry, started once for each of the two by tests/integration/stack.ts.
 * browser: the wallboard over made-up data, in a real browser that is started once by tests/browser/wall-and-browser.ts.
 * system: the whole product as a user starts it, in a real browser.
 */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.test-results.json' }]],
    projects: [
      project('unit', ['tests/**/*.test.ts'], {
        exclude: ['tests/integration/**', 'tests/system/**', 'tests/browser/**'],
        ...minutes(1),
        // Pure, so nothing is left behind by one file for another: loading everything again for each is a third of it all.
        isolate: false,
        ...quick,
      }),
      project('integration-pairs', integrationInPairs, { ...stack, ...inPairs }),
      project('integration', ['tests/integration/**/*.test.ts'], {
        exclude: integrationInPairs,
        ...stack,
        ...alone,
      }),
      project('browser', ['tests/browser/**/*.test.ts'], {
        globalSetup: ['tests/browser/wall-and-browser.ts'],
        ...minutes(10),
        ...alone,
      }),
      project('system', ['tests/system/**/*.test.ts'], { env, ...minutes(10), ...alone }),
    ],
  },
})
