import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { maxPoints } from '../../api/history/read-series.ts'
import { steps } from '../../api/history/time-range.ts'
import { problems } from '../../api/server/problems.ts'
import { apiSettings } from '../../api/settings.ts'
import { app } from '../api/app.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')

test('every error is in the table, as it is', () => {
  const table = text.slice(text.indexOf('| code | status | meaning |')).trim().split('\n').slice(2)
  const rows = Object.entries(problems).map(
    ([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`,
  )
  expect(table.toSorted()).toEqual(rows.toSorted())
})

test('every route of OpenAPI is named', async () => {
  const api = await app()
  await api.ready()
  const { paths } = (await api.inject('/docs/json')).json<{ paths: object }>()
  for (const path of Object.keys(paths)) expect(text).toContain(`\`${path.replace(/\/\{id\}$/, '')}`)
})

test('limits are those that hold', () => {
  const number = (value: number | undefined) => Number(value).toLocaleString('en-US')
  const days = (ms: number) => `${ms / 86_400_000} days`
  const { window, '1h': hour, '1d': day } = steps
  for (const [a, b, c] of [
    [window.longestMs, hour.longestMs, day.longestMs],
    [window.longestExportMs, hour.longestExportMs, day.longestExportMs],
  ] as const) {
    expect(text).toContain(`${days(a)} of windows, ${days(b)} by \`1h\`, ${days(c)} by \`1d\``)
  }
  expect(text).toContain(`${number(maxPoints)} points`)
  const { requestsPerMinute, historyTimeoutMs, exportMaxRows, exportsRunning, exportTimeoutMs } = apiSettings
  expect(text).toContain(`${number(requestsPerMinute.fallback)} a minute (\`${requestsPerMinute.env}\`)`)
  expect(text).toContain(`${Number(historyTimeoutMs.fallback) / 1_000} s (\`${historyTimeoutMs.env}\`)`)
  expect(text).toContain(`${number(exportMaxRows.fallback)} rows (\`${exportMaxRows.env}\`)`)
  expect(text).toContain(`${exportsRunning.fallback} of an instance (\`${exportsRunning.env}\`)`)
  expect(text).toContain(`${Number(exportTimeoutMs.fallback) / 60_000} min each (\`${exportTimeoutMs.env}\`)`)
})
