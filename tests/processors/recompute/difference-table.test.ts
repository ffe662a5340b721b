import { expect, it } from 'vitest'
import { changeOf } from '../../../processors/recompute/change.ts'
import { DifferenceTable, differenceObjects } from '../../../processors/recompute/difference-table.ts'
import { messageOf, totalsOf, windowOf } from './windows.ts'

const stored = messageOf('370102', totalsOf(2, 50, 4))
const window = windowOf([stored])

it('shows a line for each KPI that differs, with the readings behind it', () => {
  const table = new DifferenceTable()
  table.add(window, [changeOf(messageOf('370102', totalsOf(3, 60, 4), 2), window)])
  expect(table.text().split('\n')).toEqual([
    'region  window                    kpi                     stored -> recomputed  readings',
    '370102  2026-08-01T00:00:00.000Z  parking.occupancy_pct   25 -> 20              2 -> 3',
    '370102  2026-08-01T00:00:00.000Z  parking.free_spaces     150 -> 240            2 -> 3',
    '370102  2026-08-01T00:00:00.000Z  parking.lots_reporting  2 -> 3                2 -> 3',
    '370102  2026-08-01T00:00:00.000Z  parking.coverage_pct    50 -> 75              2 -> 3',
  ])
})

it('shows measures only where no KPI tells of them', () => {
  const county = window.counties.get('370102')!
  const measures = county.totals.measures.map((measure, i) => (i === 3 ? 7 : measure))
  const counties = new Map([['370102', { ...county, totals: { ...county.totals, measures } }]])
  const table = new DifferenceTable()
  table.add({ ...window, counties }, [changeOf(stored, { ...window, counties })])
  expect(table.text().split('\n')).toHaveLength(2)
  expect(table.text()).toMatch(/370102 .* exits +7 -> 0 +2 -> 2$/)
})

it('shows one line for a window that was never published', () => {
  const empty = windowOf([])
  const regions = ['370102', '370100', '370000'].map(region => messageOf(region, totalsOf(2, 50, 4)))
  const table = new DifferenceTable()
  table.add(
    empty,
    regions.map(message => changeOf(message, empty)),
  )
  expect(table.text().split('\n')).toHaveLength(2)
  expect(table.text()).toMatch(/all +2026-08-01T00:00:00.000Z +\(never published\) +- -> 3 regions +- -> 2$/)
})

it('shows at most fifty lines and counts the others; JSON has all', () => {
  const table = new DifferenceTable()
  const changes = [changeOf(messageOf('370102', totalsOf(3, 60, 4), 2), window)]
  for (let i = 0; i < 13; i++) table.add(window, changes)
  const lines = table.text().split('\n')
  expect(lines).toHaveLength(1 + 50 + 1)
  expect(lines.at(-1)).toBe('and 2 more (--json prints all)')
})

it('is empty when nothing differs', () => {
  expect(new DifferenceTable().text()).toBe('')
})

it('shows numbers that differ by little as they are', () => {
  const change = changeOf(stored, window)
  const table = new DifferenceTable()
  table.add(window, [
    {
      ...change,
      differences: [{ kind: 'kpi', name: 'parking.occupancy_pct', stored: 25, computed: 25.00000001 }],
    },
  ])
  expect(table.text()).toContain('25 -> 25.00000001')
})

it('says everything in JSON', () => {
  const objects = differenceObjects([changeOf(messageOf('370102', totalsOf(3, 60, 4), 2), window)])
  expect(objects).toHaveLength(4 + 4 + 2)
  expect(objects[0]).toEqual({
    type: 'difference',
    record: 'parking',
    region: '370102',
    level: 'county',
    window_start: '2026-08-01T00:00:00.000Z',
    window_end: '2026-08-01T00:01:00.000Z',
    kind: 'kpi',
    name: 'parking.occupancy_pct',
    stored: 25,
    recomputed: 20,
    readings_stored: 2,
    readings_recomputed: 3,
    revision_stored: 1,
    revision: 2,
  })
})
