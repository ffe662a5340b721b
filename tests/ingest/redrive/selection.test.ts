import { expect, it } from 'vitest'
import { isSelected, type Selection } from '../../../ingest/redrive/selection.ts'
import { deadLetter, refusedAt } from './letters.ts'

const everything: Selection = {
  codes: null,
  records: null,
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY,
}

it.each<[string, Partial<Selection>, boolean]>([
  ['everything', {}, true],
  ['its code', { codes: new Set(['unknown_asset', 'wrong_kind']) }, true],
  ['another code', { codes: new Set(['wrong_kind']) }, false],
  ['its record', { records: new Set(['rack']) }, true],
  ['another record', { records: new Set(['parking', 'radio_pm']) }, false],
  ['its code of another record', { codes: new Set(['unknown_asset']), records: new Set(['parking']) }, false],
  ['from the millisecond in which it was refused', { fromMs: refusedAt }, true],
  ['from a millisecond later', { fromMs: refusedAt + 1 }, false],
  ['to the millisecond in which it was refused', { toMs: refusedAt }, false],
  ['to a millisecond later', { toMs: refusedAt + 1 }, true],
])('a selection of %s', (_, selection, selected) => {
  expect(isSelected(deadLetter(), { ...everything, ...selection })).toBe(selected)
})

it('goes by when a letter was refused, not by what the device said of the time', () => {
  const letter = deadLetter({ event_time: null })
  expect(isSelected(letter, { ...everything, fromMs: refusedAt, toMs: refusedAt + 1 })).toBe(true)
})
