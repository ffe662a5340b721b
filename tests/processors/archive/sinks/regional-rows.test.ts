import { expect, it } from 'vitest'
import { regionalRows } from '../../../../processors/archive/sinks/regional-rows.ts'
import type { RegionalMessage } from '../../../../processors/regional/regional-message.ts'
import { measureTable } from '../../../../schemas/clickhouse/measure-tables.ts'
import { measureSets } from '../../../../schemas/measures/measures.ts'

const message: RegionalMessage = {
  region: '370102',
  level: 'county',
  record: 'rack',
  window_start: Date.UTC(2026, 0, 1),
  window_end: Date.UTC(2026, 0, 1, 0, 1),
  status: 'final',
  revision: 1,
  version: 42,
  coverage: 0.5,
  assets: 1,
  expected: 2,
  readings: 3,
  duplicates: 0,
  event_time_max: null,
  computed_at: Date.UTC(2026, 0, 1, 0, 2),
  reason: null,
  late_readings: 0,
  measures: [1000, 3, 1, 3, 2, 3, Number.NEGATIVE_INFINITY],
  kpis: [{ kpi: 'datacenter.it_load_kw', value: 1, numerator: 1000, denominator: 1000 }],
  lineage: [{ partition: 2, from_offset: 5, through_offset: 9 }],
}

it('fills every column of the measures of a county, an extreme of nothing with null', () => {
  const [row] = regionalRows(message, 7).get('measures_rack_windows_store') ?? []
  expect(Object.keys(row ?? {}).sort()).toEqual(
    measureTable('rack')
      .columns.map(column => column.name)
      .sort(),
  )
  expect(row).toMatchObject({ county: '370102', it_power_w: 1000, inlet_max_c: null, lineage_partition: [2] })
})

it('stores measures of counties only, KPIs of every region', () => {
  const tables = (change: Partial<RegionalMessage>) => [...regionalRows({ ...message, ...change }, 7).keys()]
  expect(tables({})).toEqual([
    'measures_rack_windows_store',
    'kpi_revisions_windows_store',
    'kpi_windows_store',
  ])
  expect(tables({ region: '370100', level: 'city' })).toEqual([
    'kpi_revisions_windows_store',
    'kpi_windows_store',
  ])
  expect(tables({ record: 'radio_census' })).toEqual(['kpi_revisions_windows_store', 'kpi_windows_store'])
  expect(tables({ kpis: [] })).toEqual(['measures_rack_windows_store'])
})

it('leaves a measure that the sender does not know yet empty', () => {
  expect(measureSets.rack.measures.length).toBeGreaterThan(1)
  const [row] = regionalRows({ ...message, measures: [1000] }, 7).get('measures_rack_windows_store') ?? []
  expect(row).toMatchObject({ it_power_w: 1000, in_use: null })
})
