import { describe, expect, test } from 'vitest'
import { cellKey } from '../../../../api/client/stream-client.ts'
import { CellBook } from '../../../../api/wallboard/state/cell-book.ts'
import type { Cell } from '../../../../schemas/protocol/stream.ts'

const key = cellKey('parking.occupancy_pct', '370100')
const cellOf = (change: Partial<Cell>): Cell => ({
  kpi: 'parking.occupancy_pct',
  region: '370100',
  window_start: 0,
  window_end: 60_000,
  value: 60,
  status: 'final',
  revision: 1,
  version: 10,
  coverage: 1,
  readings: 4,
  event_time_max: 59_000,
  ...change,
})

describe('the book of current cells', () => {
  test('holds what the server names last', () => {
    const book = new CellBook()
    book.apply([cellOf({ value: 60 })])
    expect(book.apply([cellOf({ value: 61, window_start: 60_000 })])).toEqual(new Set([key]))
    expect(book.get(key)?.cell.value).toBe(61)
  })

  test('a correction tells what the value was; the next correction tells the one before it', () => {
    const book = new CellBook()
    book.apply([cellOf({ value: 92.1 })])
    book.apply([cellOf({ value: 91.4, status: 'corrected', revision: 2 })])
    expect(book.get(key)?.was).toBe(92.1)
    book.apply([cellOf({ value: 91.2, status: 'corrected', revision: 3 })])
    expect(book.get(key)?.was).toBe(91.4)
  })

  test('a window that was corrected before this page saw it has no known value before', () => {
    const book = new CellBook()
    book.apply([cellOf({ window_start: 0 })])
    book.apply([cellOf({ window_start: 60_000, status: 'corrected', revision: 2 })])
    expect(book.get(key)).not.toHaveProperty('was')
  })

  test('when values stop, it is known until when there were any', () => {
    const book = new CellBook()
    book.apply([cellOf({})])
    book.apply([cellOf({ window_start: 60_000, window_end: 120_000, value: null, coverage: 0 })])
    expect(book.get(key)).toMatchObject({ cell: { value: null }, valueUntil: 60_000 })
  })

  test('what is no longer there is let go of', () => {
    const book = new CellBook()
    const other = cellOf({ region: '370200' })
    book.apply([cellOf({ version: 900 }), other])
    const touched = book.apply([cellOf({ version: 1, value: 5 })], [other])
    expect(touched).toEqual(new Set([key, cellKey('parking.occupancy_pct', '370200')]))
    expect(book.get(key)?.cell.value).toBe(5)
    expect(book.size).toBe(1)
  })
})
