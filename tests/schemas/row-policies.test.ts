import { expect, test } from 'vitest'
import {
  closedViews,
  policed,
  regionRole,
  rowCondition,
  rowPoliciesSql,
} from '../../schemas/clickhouse/row-policies.ts'
import { views } from '../../schemas/clickhouse/views.ts'
import { regionOf } from '../../schemas/regions/regions.ts'

test('every view is granted or closed, and every table behind a granted one has a policy', () => {
  const sql = rowPoliciesSql()
  for (const { name, query } of views) {
    const isGranted = sql.includes(`GRANT SELECT ON citybrain.${name} TO`)
    expect(isGranted, name).toBe(!closedViews.includes(name))
    if (!isGranted) continue
    const behind = [...query.matchAll(/\{database\}\.(\w+)/g)].map(match => match[1])
    expect(behind.length).toBeGreaterThan(0)
    for (const table of behind) expect(Object.values(policed).flat()).toContain(table)
  }
})

test('a city has its counties, and its own KPIs beside theirs', () => {
  const jining = regionOf('370800')!
  const counties = rowCondition(jining, 'county')
  expect(counties).toMatch(/^county IN \('3708\d\d'(, '3708\d\d')*\)$/)
  expect(counties).not.toContain("'370800'")
  expect(rowCondition(jining, 'region')).toContain("region IN ('370800', '3708")
  expect(rowCondition(jining, 'regions')).toMatch(
    /^hasAny\(regions, \['370800', 'circle-lunan', '370000', '3708/,
  )
  expect(rowCondition(regionOf('370000')!, 'county')).toBe('1')
  expect(regionRole('circle-lunan')).toBe('citybrain_circle_lunan')
})

test('nobody reads without a role of a region, and services read everything', () => {
  const sql = rowPoliciesSql()
  expect(sql).toMatch(/citybrain_reader ON .*kpi_windows_store.*\n {2}USING 0 TO citybrain_reader;/)
  expect(sql).toMatch(
    /citybrain_others ON .*kpi_windows_store.*\n {2}USING 1 TO ALL EXCEPT citybrain_reader;/,
  )
})
