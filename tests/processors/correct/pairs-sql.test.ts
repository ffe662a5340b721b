import { expect, test } from 'vitest'
import { pairsSql } from '../../../processors/correct/read-readings.ts'
import { counties } from '../../../schemas/regions/regions.ts'

const codes = counties.map(({ code }) => code)
const start = Date.UTC(2026, 10, 30)

test('windows of the same counties are named together', () => {
  const asked = new Map([
    [1, ['b', 'a']],
    [2, []],
    [3, ['a']],
    [4, ['a', 'b']],
  ])
  expect(pairsSql(asked)).toBe("start IN (1, 4) AND county IN ('a', 'b') OR start IN (3) AND county IN ('a')")
})

test('a round of windows of the whole province fits into a query, were each of other counties', () => {
  const each = Array.from({ length: 64 }, (_, i) => [start + i, codes.filter((_, at) => at !== i)] as const)
  expect(pairsSql(new Map(each)).length).toBeLessThan(128 * 1024)
  expect(pairsSql(new Map(each.map(([at]) => [at, codes]))).length).toBeLessThan(4 * 1024)
})
