import { expect, test } from 'vitest'
import { parseLineage, parseRevisions } from '../../../../api/wallboard/protocol/parse-lineage.ts'
import {
  parseAlertsAt,
  parseCellsAt,
  parseCorrections,
} from '../../../../api/wallboard/protocol/parse-past.ts'
import { county, lineageOf } from '../origin/lineages.ts'

const lineage = lineageOf([county('370102', { occupied: null, capacity: 3 })])

test('a lineage is read as it is, whatever more it says', () => {
  expect(parseLineage({ ...lineage, more: true })).toMatchObject(lineage)
  expect(parseLineage({ ...lineage, counties: null, totals: null, adds_up: null })).toBeDefined()
})

test.each([
  ['no object', 7],
  ['a number as text', { ...lineage, window_start: '0' }],
  ['a cell without a value', { ...lineage, cell: { ...lineage.cell, value: undefined } }],
  ['a status that there is not', { ...lineage, cell: { ...lineage.cell, status: 'good' } }],
  ['a county without measures', { ...lineage, counties: [{ ...lineage.counties?.[0], measures: null }] }],
  ['readings that are no list', { ...lineage, readings: {} }],
  ['a field that is a list', { ...lineage, readings: [{ fields: { a: [] } }] }],
])('a lineage with %s is none', (_what, json) => {
  expect(parseLineage(json)).toBeUndefined()
})

test('revisions, past cells and corrections are read', () => {
  const revision = { ...lineage.cell, value_before: null }
  expect(parseRevisions({ revisions: [revision] })).toEqual([revision])
  expect(parseRevisions({ revisions: [lineage.cell] })).toBeUndefined()
  expect(parseCellsAt({ cells: [] })).toEqual([])
  expect(parseCellsAt({ cells: [{}] })).toBeUndefined()
  expect(parseAlertsAt({ alerts: [], more: true })).toEqual({ alerts: [], more: true })
  expect(parseAlertsAt({ alerts: [{}], more: true })).toBeUndefined()
  expect(parseAlertsAt({ alerts: [] })).toBeUndefined()
  const corrections = { from: 0, to: 1, slot_ms: 60_000, corrections: [] }
  expect(parseCorrections(corrections)).toEqual(corrections)
  expect(parseCorrections({ ...corrections, slot_ms: null })).toBeUndefined()
})
