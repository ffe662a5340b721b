import { describe, expect, test } from 'vitest'
import {
  citiesUnder,
  cityOf,
  feedCards,
  planTargets,
  regionAbove,
  targetFor,
} from '../../../../api/wallboard/state/catalogue.ts'
import { rankRegions } from '../../../../api/wallboard/state/rank-regions.ts'
import { kpiOf } from '../../../../schemas/kpis/kpis.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'

const kpi = (id: string) => kpiOf(id)!
const region = (code: string) => regionOf(code)!

describe('the catalogue', () => {
  test('every KPI that the wall names exists', () => {
    const named = [...feedCards.flatMap(({ tiles, anchor }) => [...tiles, anchor]), ...planTargets]
    expect(named.filter(id => !kpiOf(id))).toEqual([])
  })

  test('every plan target has a target', () => {
    expect(planTargets.filter(id => kpi(id).target === undefined)).toEqual([])
  })

  test('the province has 16 cities, through its circles', () => {
    expect(citiesUnder('370000')).toHaveLength(16)
    expect(citiesUnder('circle-jiaodong')).toHaveLength(5)
  })

  test('the way up leads from county to city to province', () => {
    expect(regionAbove(region('370102'))?.code).toBe('370100')
    expect(regionAbove(region('370100'))?.code).toBe('370000')
    expect(regionAbove(region('circle-lunan'))?.code).toBe('370000')
    expect(regionAbove(region('370000'))).toBeUndefined()
    expect(cityOf(region('370102'))?.code).toBe('370100')
  })

  test('a planned number of sites says nothing of one city, a ratio does', () => {
    expect(targetFor(kpi('radio.sites_in_service'), region('370000'))).toBe(200_000)
    expect(targetFor(kpi('radio.sites_in_service'), region('370100'))).toBeUndefined()
    expect(targetFor(kpi('datacenter.pue'), region('370102'))).toBe(1.25)
    expect(targetFor(kpi('datacenter.inlet_max_c'), region('370102'))).toBe(32)
  })
})

test('the ranking starts with the one that needs attention, regions without a value come last', () => {
  const values: Readonly<Record<string, number | null>> = {
    '370100': 5,
    '370200': 9,
    '370300': null,
    '370400': 7,
  }
  const regions = Object.keys(values).map(region)
  const currentOf = (code: string) => ({ cell: { value: values[code] }, valueUntil: null }) as never
  const order = (good: 'up' | 'down') =>
    rankRegions(regions, currentOf, good).map(({ region: { code } }) => code)
  expect(order('down')).toEqual(['370200', '370400', '370100', '370300'])
  expect(order('up')).toEqual(['370100', '370400', '370200', '370300'])
})
