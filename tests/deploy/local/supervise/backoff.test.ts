import { expect, test } from 'vitest'
import { backoffMs } from '../../../../deploy/local/supervise/backoff.ts'

test('the pause doubles from half a second up to half a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map(backoffMs)).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ])
})
