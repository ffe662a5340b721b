import { describe, expect, test } from 'vitest'
import { qualityOf } from '../../../../api/wallboard/state/quality.ts'
import type { Cell } from '../../../../schemas/protocol/stream.ts'

const cell: Cell = {
  kpi: 'radio.accessibility_pct',
  region: '370100',
  window_start: 0,
  window_end: 60_000,
  value: 99,
  status: 'final',
  revision: 1,
  version: 1,
  coverage: 0.9,
  readings: 3,
  event_time_max: 59_000,
}
const at = (now: number | null, speed = 1) => ({ now, speed, loaded: true })

describe('whether a value is to be believed', () => {
  test.each([
    ['a fresh one with enough assets', cell, at(61_000), 'ok'],
    ['one of an open window', cell, at(30_000), 'ok'],
    ['one from too few assets', { ...cell, coverage: 0.79 }, at(61_000), 'unsure'],
    ['one where nothing is expected to report', { ...cell, coverage: null }, at(61_000), 'ok'],
    ['one that is exactly two windows old', cell, at(180_000), 'ok'],
    ['an older one', cell, at(180_001), 'old'],
    ['no value', { ...cell, value: null, coverage: 0 }, at(61_000), 'missing'],
    ['no cell', undefined, at(61_000), 'missing'],
  ])('%s', (_what, given, moment, quality) => {
    expect(qualityOf(given, 0.8, moment)).toBe(quality)
  })

  test('before the first snapshot nothing is said to be missing', () => {
    expect(qualityOf(undefined, 0.8, { ...at(null), loaded: false })).toBe('waiting')
  })

  test('when time runs sixtyfold, three seconds on the way are three minutes of it', () => {
    expect(qualityOf(cell, 0.8, at(350_000, 60))).toBe('ok')
    expect(qualityOf(cell, 0.8, at(360_000, 60))).toBe('old')
  })
})
