import { expect, test } from 'vitest'
import { type ExportAsked, exportRequest, fileQuery } from '../../../api/exports/export-request.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import { childrenOf } from '../../../schemas/regions/regions.ts'

const now = Date.UTC(2026, 5, 1, 12)
const asked: ExportAsked = {
  kpi: ['parking.*', 'parking.occupancy_pct'],
  region: ['370100', '370102'],
  depth: 'self',
  step: 'window',
  revisions: 'last',
  format: 'csv',
}

test('what is named twice is in it once', () => {
  const { kpis: named, regions } = exportRequest({ ...asked, depth: 'children' }, now)
  expect(named).toEqual(kpis.filter(({ id }) => id.startsWith('parking.')))
  expect(regions).toEqual(['370100', ...childrenOf('370100').map(({ code }) => code)])
})

test.each([
  ['window', 'last', 'kpi', 'version'],
  ['window', 'all', 'kpi_revisions', 'version'],
  ['1h', 'last', 'kpi_1h', 'windows'],
  ['1d', 'all', 'kpi_1d', 'windows'],
] as const)('by %s with %s revisions comes from %s', (step, revisions, view, column) => {
  const request = exportRequest({ ...asked, step, revisions }, now)
  expect(request.view).toBe(view)
  expect(request.columns).toContain(column)
})

test('nothing that somebody asked for becomes part of the text of the query', () => {
  const request = exportRequest({ ...asked, from: String(now - 1), to: String(now), format: 'parquet' }, now)
  const { text, params } = fileQuery('citybrain', request)
  expect(text).not.toMatch(/parking|3701|citybrain/)
  expect(text).toMatch(/ORDER BY k\.kpi, k\.region, k\.window_start\nFORMAT Parquet$/)
  expect(params).toMatchObject({ database: 'citybrain', from: now - 1, to: now })
})

test.each([
  [{ kpi: ['weather.*'] }, 'unknown_kpi'],
  [{ region: ['1'] }, 'unknown_region'],
  [{ from: String(now), to: String(now) }, 'empty_range'],
  [{ from: '2026-01-01T00:00:00Z' }, 'range_too_long'],
  [{ from: '2025-01-01T00:00:00Z', step: '1h' }, 'range_too_long'],
] as const)('%j is refused with %s', (rest, code) => {
  expect(() => exportRequest({ ...asked, ...rest }, now)).toThrow(expect.objectContaining({ code }))
})
