import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Difference,
  differencesOf,
  evaluateTotals,
  totalsOf,
} from '../../../../api/history/provenance/adds-up.ts'
import type { CountyRow } from '../../../../api/history/provenance/county-rows.ts'
import { measuresUsed } from '../../../../api/history/provenance/formula.ts'
import type { StoredCell } from '../../../../api/history/provenance/stored-cell.ts'
import { buildRegional } from '../../../../processors/regional/build-regional.ts'
import type { RegionalMessage } from '../../../../processors/regional/regional-message.ts'
import { rollUp, type Totals } from '../../../../processors/regional/totals.ts'
import { isCensusId, type Kpi } from '../../../../schemas/kpis/kpi.ts'
import { kpiOf, kpis } from '../../../../schemas/kpis/kpis.ts'
import { measureSets } from '../../../../schemas/measures/measures.ts'
import type { RecordId } from '../../../../schemas/records/record.ts'
import { recordIds } from '../../../../schemas/records/record.ts'

const minute = 60_000
const jinan = ['370102', '370103', '370104']

/** Sums of these depend on their order. */
const thirds = (n: number) => n / 3

/** A number of readings and, for extremes, perhaps nothing measured. */
const measured = (record: RecordId): fc.Arbitrary<Totals> =>
  fc.record({
    assets: fc.nat(50),
    expected: fc.nat(180).map(thirds),
    readings: fc.nat(1_000),
    duplicates: fc.nat(10),
    eventTimeMax: fc.nat(minute),
    measures: fc.tuple(
      ...measureSets[record].measures.map(({ op }) =>
        op === 'max' || op === 'min'
          ? fc
              .option(fc.integer({ min: -150, max: 150 }).map(thirds))
              .map(it => it ?? (op === 'max' ? -1 : 1) / 0)
          : fc.nat(1e6).map(thirds),
      ),
    ),
  })

/** What rollup says of the province, from any totals of three counties. */
const windows = fc.constantFrom(...recordIds).chain(record =>
  fc.record({
    record: fc.constant(record),
    counties: fc
      .tuple(...jinan.map(() => measured(record)))
      .map(totals => new Map(totals.map((total, i) => [jinan[i]!, total]))),
  }),
)

function regional(record: RecordId, counties: ReadonlyMap<string, Totals>, region: string): RegionalMessage {
  const { measures } = measureSets[record]
  const facts = {
    series: record,
    measures,
    start: 0,
    end: minute,
    status: 'final',
    revision: 1,
    version: 7,
    observedUntil: minute,
    computedAt: minute,
    lineage: [],
  } as const
  return buildRegional(facts, region, rollUp(measures, counties).get(region)!)
}

function countyRows(kpi: Kpi, record: RecordId, counties: ReadonlyMap<string, Totals>): CountyRow[] {
  const names = measureSets[record].measures.map(({ id }) => id)
  return [...counties].map(([county, { eventTimeMax: _max, measures, ...counts }]) => ({
    ...counts,
    county,
    status: 'final',
    revision: 1,
    version: 7,
    computed_at: minute,
    measures: Object.fromEntries(
      measuresUsed(kpi).map(name => {
        const number = measures[names.indexOf(name)]!
        return [name, Number.isFinite(number) ? number : null]
      }),
    ),
  }))
}

function cellOf(kpi: Kpi, message: RegionalMessage): StoredCell {
  return { ...message, ...message.kpis.find(value => value.kpi === kpi.id)! }
}

function differences(kpi: Kpi, cell: StoredCell, rows: readonly CountyRow[]): Difference[] {
  const totals = totalsOf(kpi, rows)
  return differencesOf(cell, totals, evaluateTotals(kpi, totals, minute))
}

test('what rollup says of a region follows from its counties, for every KPI and whatever was measured', () => {
  fc.assert(
    fc.property(windows, fc.constantFrom('370100', '370000'), ({ record, counties }, region) => {
      const message = regional(record, counties, region)
      for (const kpi of kpis.filter(({ of }) => of === record)) {
        expect(differences(kpi, cellOf(kpi, message), countyRows(kpi, record, counties)), kpi.id).toEqual([])
      }
    }),
  )
})

test('one reading more or less in any county shows', () => {
  fc.assert(
    fc.property(windows, fc.nat(2), fc.constantFrom(-1, 1), ({ record, counties }, place, change) => {
      const message = regional(record, counties, '370000')
      for (const kpi of kpis.filter(({ of }) => of === record)) {
        const rows = countyRows(kpi, record, counties)
        const tampered = rows.map((row, i) =>
          i === place ? { ...row, readings: row.readings + change } : row,
        )
        const found = differences(kpi, cellOf(kpi, message), tampered)
        expect(found[0], kpi.id).toEqual({
          of: 'readings',
          stored: message.readings,
          computed: message.readings + change,
        })
      }
    }),
  )
})

const occupancy = kpiOf('parking.occupancy_pct')!
const row: CountyRow = {
  county: '370102',
  status: 'final',
  revision: 1,
  version: 7,
  assets: 2,
  expected: 4,
  readings: 5,
  duplicates: 0,
  computed_at: 0,
  measures: { occupied: 30, capacity: 100 },
}
const cell: StoredCell = {
  ...row,
  value: 30,
  numerator: 30,
  denominator: 100,
  coverage: 0.5,
  event_time_max: null,
  reason: null,
  late_readings: 0,
}

test('a measure that was changed shows in the numerator and the value; rounding does not', () => {
  expect(differences(occupancy, cell, [row])).toEqual([])
  const rounded = { ...row, measures: { occupied: 30 * (1 + 1e-13), capacity: 100 } }
  expect(differences(occupancy, cell, [rounded])).toEqual([])
  const changed = { ...row, measures: { occupied: 31, capacity: 100 } }
  expect(differences(occupancy, cell, [changed])).toEqual([
    { of: 'numerator', stored: 30, computed: 31 },
    { of: 'value', stored: 30, computed: 31 },
  ])
})

test('a value where there should be none shows, and so does none where there should be one', () => {
  const empty = { ...row, measures: { occupied: 0, capacity: 0 } }
  expect(differences(occupancy, cell, [empty])).toContainEqual({ of: 'value', stored: 30, computed: null })
  const none = { ...cell, value: null, numerator: 0, denominator: 0 }
  expect(differences(occupancy, none, [row])).toContainEqual({ of: 'value', stored: null, computed: 30 })
})

test('without any county there is nothing', () => {
  const totals = totalsOf(kpiOf('datacenter.inlet_max_c')!, [])
  expect(totals).toMatchObject({ assets: 0, expected: 0, readings: 0, duplicates: 0 })
  expect(evaluateTotals(kpiOf('datacenter.inlet_max_c')!, totals, minute).value).toBeNull()
})

test('a census adds up: its numerators and its denominators', () => {
  const lots = kpis.filter(({ of }) => isCensusId(of)).find(({ id }) => id === 'grid.unmanned_coverage_pct')!
  const county = (unmanned_km: number, in_service_km: number) => ({
    ...row,
    measures: { unmanned_km, in_service_km },
  })
  const totals = totalsOf(lots, [county(10, 40), county(0, 10)])
  expect(evaluateTotals(lots, totals, minute)).toEqual({ value: 20, numerator: 10, denominator: 50 })
})
