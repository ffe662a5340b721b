/** Of every ClickHouse that tests start: vitest.config.ts hands it to the processes that they start, too. */
export const clickhousePassword = 'of-the-tests'

/** How a test that speaks plain HTTP shows it. */
export const clickhouseKey = { 'x-clickhouse-key': clickhousePassword } as const
