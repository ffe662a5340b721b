import { expect, it } from 'vitest'
import { kpiLook } from '../../../../processors/audit/checks/kpi-look.ts'
import { kpiOf } from '../../../../schemas/kpis/kpis.ts'

const series = { record: 'facility', sizeMs: 60_000, kpi: kpiOf('datacenter.pue')! } as const
const row = [1.5, 30, 20, 0.5, 3, 1, 2, 180_000] as const
type Detail = Parameters<typeof kpiLook>[0][number]['details'][number]
const nothing = row.map(() => 0)

function differences(told: boolean, known: boolean, was: readonly number[], is: readonly number[]) {
  const detail = ['370000', told, known, 2, 99, ...was, ...is] as Detail
  return kpiLook([{ window: 120_000, told: 156, differing: 1, details: [detail] }], series).windows.flatMap(
    window => window.differences,
  )
}

it('counts the values compared', () => {
  expect(kpiLook([{ window: -1, told: 312, differing: 0, details: [] }], series)).toMatchObject({
    clean: { kpiValues: 312, windows: 0 },
    windows: [],
  })
})

it('tells a value with both numbers, and what else differs', () => {
  expect(differences(true, true, row, [1.6, 32, 20, 0.5, 3, 1, 2, 180_000])).toEqual([
    {
      check: 'kpis',
      record: 'facility',
      name: 'datacenter.pue',
      region: '370000',
      windowStart: 120_000,
      windowEnd: 180_000,
      revision: 2,
      version: 99,
      stored: 1.5,
      recomputed: 1.6,
      also: ['numerator'],
    },
  ])
})

it('tells a number beside the value where the value is right', () => {
  expect(differences(true, true, row, [1.5, 30, 20, -1e300, 3, 1, 0, 180_000])).toMatchObject([
    { name: 'datacenter.pue coverage', stored: 0.5, recomputed: null, also: ['expected'] },
  ])
})

it('tells what is not stored, and what should not be', () => {
  expect(differences(false, true, nothing, row)).toMatchObject([
    { stored: null, recomputed: 1.5, note: 'its counties are stored, the KPI is not' },
  ])
  expect(differences(true, false, row, nothing)).toMatchObject([
    { stored: 1.5, recomputed: null, note: 'the KPI is stored, none of its counties is' },
  ])
})
