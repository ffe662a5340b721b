import { expect, test } from 'vitest'
import { pasteable, type SqlParameter } from '../../../api/history/sql-query.ts'

test('every placeholder becomes a literal of its type', () => {
  const text =
    "SELECT * FROM {database: Identifier}.kpi WHERE region = {region: String} AND at < {at: DateTime64(3, 'UTC')} AND n = {n:UInt32} AND p IN {p: Array(Int32)} AND at > {at: DateTime64(3, 'UTC')}"
  const params = {
    database: 'citybrain',
    region: "37'0\\100",
    at: new Date(Date.UTC(2026, 5, 1, 12, 0, 0, 7)),
    n: 5,
    p: [0, -1],
  }
  const at = "toDateTime64('2026-06-01 12:00:00.007', 3, 'UTC')"
  expect(pasteable({ text, params })).toBe(
    `SELECT * FROM citybrain.kpi WHERE region = '37\\'0\\\\100' AND at < ${at} AND n = 5 AND p IN CAST([0, -1], 'Array(Int32)') AND at > ${at}`,
  )
})

test('an empty array keeps its type', () => {
  expect(pasteable({ text: '{p: Array(Int64)}', params: { p: [] } })).toBe("CAST([], 'Array(Int64)')")
})

test.each<[string, SqlParameter | undefined]>([
  ['Identifier', 'kpi; DROP TABLE kpi'],
  ['Identifier', 7],
  ['String', 7],
  ["DateTime64(3, 'UTC')", '2026-06-01'],
  ['UInt32', '1 OR 1'],
  ['UInt32', 1.5],
  ['Array(Int32)', 1],
  ['Array(Int32)', [0.5]],
  ['Map(String, String)', 'x'],
  ['String', undefined],
])('%s does not take %j', (type, value) => {
  const params = value === undefined ? {} : { x: value }
  expect(() => pasteable({ text: `{x: ${type}}`, params })).toThrow('parameter x')
})
