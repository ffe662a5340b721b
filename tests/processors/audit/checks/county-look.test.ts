import { expect, it } from 'vitest'
import { countyLook } from '../../../../processors/audit/checks/county-look.ts'
import { comparedNames } from '../../../../processors/audit/checks/county-windows.ts'

const range = { record: 'facility', sizeMs: 60_000, spans: [] } as const
const values = [2, 59_000, 30, 20, 5]
type Detail = Parameters<typeof countyLook>[0][number]['details'][number]

/** Two readings of two assets, stored in revision 1; one message more is a duplicate. */
function row(
  change: Partial<Record<'stored' | 'ahead' | 'duplicates' | 'below' | 'recounted' | 'above', number>>,
  found = values,
) {
  const { stored = 1, ahead = 0, duplicates = 1, below = 3, recounted = 2, above = 0 } = change
  const detail: Detail = [
    '370102',
    stored,
    ahead,
    1,
    77,
    stored ? 2 : 0,
    duplicates,
    below,
    recounted,
    above,
    values,
    found,
  ]
  return {
    window: 120_000,
    windows: 1,
    received: 3,
    counted: 2,
    waiting: above,
    differing: 1,
    details: [detail],
  }
}
const differences = (...args: Parameters<typeof row>) =>
  countyLook([row(...args)], range).windows.flatMap(one => one.differences)
const where = { record: 'facility', region: '370102', windowStart: 120_000, windowEnd: 180_000 }

it('names what is compared', () => {
  expect(comparedNames('facility')).toEqual([
    'assets',
    'event_time_max',
    'total_energy_kwh',
    'it_energy_kwh',
    'cooling_energy_kwh',
  ])
})

it('takes windows that are as they should be as numbers', () => {
  const clean = { window: -1, windows: 5, received: 30, counted: 28, waiting: 0, differing: 0, details: [] }
  expect(countyLook([clean], range)).toEqual({
    clean: { windows: 5, received: 30, counted: 28, waiting: 0, kpiValues: 0 },
    windows: [],
  })
  expect(countyLook([], range).clean.windows).toBe(0)
})

it('tells readings without a stored window', () => {
  expect(differences({ stored: 0, recounted: 0, above: 2 })).toEqual([
    { ...where, check: 'missing', name: 'readings', stored: null, recomputed: 2 },
  ])
})

it('tells messages that are neither readings nor duplicates', () => {
  expect(differences({ duplicates: 0 })).toEqual([
    expect.objectContaining({
      ...where,
      check: 'conservation',
      stored: 2,
      recomputed: 3,
      revision: 1,
      version: 77,
    }),
  ])
})

it('tells readings that are not stored, and those that came later', () => {
  expect(differences({ recounted: 1 })).toMatchObject([{ check: 'readings', stored: 2, recomputed: 1 }])
  expect(differences({ above: 3 })).toMatchObject([
    { check: 'readings', stored: 2, recomputed: 5, note: '3 of them lie above its lineage' },
  ])
})

it('tells the first measure that differs, and names the others', () => {
  expect(differences({}, [2, 59_000, 31, 20, -1e300])).toEqual([
    {
      ...where,
      check: 'measures',
      revision: 1,
      version: 77,
      name: 'total_energy_kwh',
      stored: 30,
      recomputed: 31,
      also: ['cooling_energy_kwh'],
    },
  ])
  expect(differences({}, [2, -1e300, 30, 20, 5])).toMatchObject([
    { name: 'event_time_max', recomputed: null },
  ])
  expect(differences({}, [2, 59_000, 30 * (1 + 1e-12), 20, 5])).toEqual([])
})

it('compares nothing that has seen more than is archived', () => {
  const { windows } = countyLook([row({ ahead: 1, below: 0, recounted: 0 })], range)
  expect(windows).toMatchObject([{ ahead: true, differences: [{ check: 'progress' }] }])
})
