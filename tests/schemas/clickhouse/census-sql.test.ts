import { describe, expect, it } from 'vitest'
import {
  type Below,
  belowOfLineage,
  lineageOfCensus,
} from '../../../schemas/clickhouse/census/census-sources.ts'
import { censusParameters, censusSql, yearStart } from '../../../schemas/clickhouse/census-sql.ts'
import { censusMeasures } from '../../../schemas/kpis/census.ts'
import { censusIds } from '../../../schemas/kpis/kpi.ts'
import { kpisOf } from '../../../schemas/kpis/kpis.ts'

describe('the year', () => {
  it('begins at midnight in the province', () => {
    const newYear = Date.UTC(2025, 11, 31, 16)
    expect(yearStart(newYear + 1)).toBe(newYear)
    expect(yearStart(Date.UTC(2026, 5, 1))).toBe(newYear)
  })

  it('is still the old one for the window that ends with it', () => {
    expect(yearStart(Date.UTC(2025, 11, 31, 16))).toBe(Date.UTC(2024, 11, 31, 16))
  })
})

describe.each(censusIds)('%s', census => {
  const sql = censusSql(census)

  it('has every measure that its KPIs need, and its SQL gives all of them', () => {
    const measures = censusMeasures[census]
    const terms = kpisOf(census).flatMap(({ factors }) =>
      factors.flatMap(({ numerator, denominator }) => [numerator, denominator]),
    )
    expect(measures).toEqual(expect.arrayContaining(terms.filter(term => typeof term === 'string')))
    for (const measure of [...measures, 'readings', 'window_end']) expect(sql).toContain(measure)
  })

  it('is given every parameter that its SQL asks for', () => {
    const asked = [...sql.matchAll(/\{(\w+): ?[^{}]+\}/g)].map(([, name]) => name)
    const given = Object.keys({ database: '', ...censusParameters(0) })
    expect(given).toEqual(expect.arrayContaining(asked))
  })
})

describe('the lineage of a census', () => {
  const below: Below = new Map([
    [
      'grid_inspection',
      new Map([
        [1, 20],
        [0, 10],
      ]),
    ],
    ['grid_defect', new Map([[1, 40]])],
  ])

  it('tells the partitions of its records apart', () => {
    expect(lineageOfCensus('grid_census', below)).toEqual([
      { partition: 0, from_offset: 0, through_offset: 10 },
      { partition: 1, from_offset: 0, through_offset: 20 },
      { partition: 1001, from_offset: 0, through_offset: 40 },
    ])
  })

  it('says what the census included', () => {
    expect(belowOfLineage('grid_census', lineageOfCensus('grid_census', below))).toEqual(below)
    expect(belowOfLineage('parking_census', [])).toEqual(new Map())
  })

  it('is a limit for the SQL, by partition; no limit stands for everything', () => {
    expect(censusParameters(0, { below })).toMatchObject({
      grid_inspection_below: [10, 20],
      grid_defect_below: [0, 40],
      radio_alarm_below: [],
    })
    expect(censusParameters(0, { below: belowOfLineage('radio_census', []) }).radio_alarm_below).toEqual([0])
  })
})
