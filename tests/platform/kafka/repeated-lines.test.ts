import { expect, test } from 'vitest'
import { RepeatedLines } from '../../../platform/kafka/repeated-lines.ts'

test('a line is told once a while, with how often it was held back', () => {
  const lines = new RepeatedLines(10_000)
  expect(lines.tell('refused', 0)).toBe(0)
  expect(lines.tell('refused', 1)).toBeUndefined()
  expect(lines.tell('refused', 9_999)).toBeUndefined()
  expect(lines.tell('refused', 10_000)).toBe(2)
  expect(lines.tell('refused', 10_001)).toBeUndefined()
  expect(lines.tell('refused', 30_000)).toBe(1)
})

test('another line is not held back by it', () => {
  const lines = new RepeatedLines(10_000)
  expect(lines.tell('refused', 0)).toBe(0)
  expect(lines.tell('reset', 0)).toBe(0)
})
