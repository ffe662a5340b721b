import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyTable } from '../../../processors/windows/key-table.ts'
import { NumberSet } from '../../../processors/windows/number-set.ts'

test('a key table numbers distinct keys 0, 1, 2, … in order of appearance, like a Map', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 3_000 }), keys => {
      const table = new KeyTable()
      const model = new Map<string, number>()
      for (const key of keys) {
        if (!model.has(key)) model.set(key, model.size)
        expect(table.numberOf(Buffer.from(key))).toBe(model.get(key))
      }
      expect(table.size).toBe(model.size)
    }),
    { numRuns: 50 },
  )
})

test('a key table keeps its numbers while it grows', () => {
  const table = new KeyTable()
  for (let round = 0; round < 2; round++) {
    const numbers = Array.from({ length: 50_000 }, (_, i) => table.numberOf(Buffer.from(`asset-${i}`)))
    expect(numbers.every((number, i) => number === i)).toBe(true)
  }
})

test('a number set says what is new, like a Set', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.maxSafeNat()), { maxLength: 2_000 }), values => {
      const set = new NumberSet()
      const model = new Set<number>()
      for (const value of values) {
        expect(set.add(value)).toBe(!model.has(value))
        model.add(value)
      }
      expect(set.size).toBe(model.size)
      set.clear()
      expect(set.add(values[0] ?? 1)).toBe(true)
    }),
    { numRuns: 100 },
  )
})
