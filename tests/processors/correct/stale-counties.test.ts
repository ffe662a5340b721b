import { expect, test } from 'vitest'
import {
  type Received,
  type StoredCounty,
  staleCounties,
  type WindowToCorrect,
} from '../../../processors/correct/window-to-correct.ts'
import { unknownMeasure } from '../../../schemas/measures/measure.ts'

const stored = (seen: number, measure: number): StoredCounty => ({
  totals: { assets: 1, expected: 1, readings: 1, duplicates: 0, eventTimeMax: 1, measures: [1, measure] },
  ...{ revision: 1, version: 1, lineage: [{ partition: 0, from_offset: 0, through_offset: seen }] },
})
const received = (last: number) => new Map<number, Received>([[0, { messages: last + 1, first: 0, last }]])

test('counties are stale that have seen less than was received, or lack a measure', () => {
  const window: WindowToCorrect = {
    ...{ record: 'rack', windowStart: 0, sizeMs: 60_000, vector: new Map([[0, 20]]), regions: new Map() },
    counties: new Map([
      ['complete', stored(10, 2)],
      ['behind', stored(10, 2)],
      ['of an earlier version', stored(10, unknownMeasure)],
    ]),
    received: new Map([
      ['complete', received(9)],
      ['behind', received(10)],
      ['of an earlier version', received(9)],
      ['never stored', received(0)],
    ]),
  }
  expect(staleCounties(window)).toEqual(['behind', 'of an earlier version', 'never stored'])
})
