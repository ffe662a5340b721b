import { expect, test } from 'vitest'
import { fingerprint } from '../../../api/cells/cell-set.ts'
import { CellSpace } from '../../../api/cells/cell-space.ts'
import { type Selection, select } from '../../../api/cells/selection.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import { childrenOf, regions, subtreeOf } from '../../../schemas/regions/regions.ts'

const space = new CellSpace(regions, kpis)

function regionsIn(selection: Selection): string[] {
  const set = select(space, selection)
  const codes = [...set.keys()].filter(cell => set[cell]).map(cell => space.regionAt(cell).code)
  return [...new Set(codes)]
}

test('depth says how far below a region the cells go', () => {
  const of = { regions: ['370100'], kpis: ['parking.occupancy_pct'] }
  expect(regionsIn({ ...of, depth: 'self' })).toEqual(['370100'])
  expect(regionsIn({ ...of, depth: 'children' }).sort()).toEqual(
    ['370100', ...childrenOf('370100').map(({ code }) => code)].sort(),
  )
  expect(regionsIn({ ...of, regions: ['370000'], depth: 'subtree' })).toHaveLength(subtreeOf('370000').length)
})

test('a feed and everything are understood', () => {
  const count = (pattern: string) =>
    select(space, { regions: ['370000'], depth: 'self', kpis: [pattern] }).reduce((sum, one) => sum + one, 0)
  expect(count('parking.*')).toBe(kpis.filter(({ id }) => id.startsWith('parking.')).length)
  expect(count('*')).toBe(kpis.length)
})

test('the same cells are the same set, however they are asked for', () => {
  const cities = childrenOf('circle-lunan').map(({ code }) => code)
  const listed = select(space, {
    regions: [...cities, 'circle-lunan', ...cities.toReversed()],
    depth: 'self',
    kpis: kpis.map(({ id }) => id),
  })
  const named = select(space, { regions: ['circle-lunan'], depth: 'children', kpis: ['*', 'radio.*'] })
  expect(fingerprint(listed)).toBe(fingerprint(named))
  const other = select(space, { regions: ['circle-lunan'], depth: 'self', kpis: ['*'] })
  expect(fingerprint(other)).not.toBe(fingerprint(named))
})

test.each([
  [{ regions: ['999999'], depth: 'self', kpis: ['*'] }, 'unknown_region'],
  [{ regions: ['370000'], depth: 'self', kpis: ['radio.beauty'] }, 'unknown_kpi'],
  [{ regions: ['370000'], depth: 'self', kpis: ['weather.*'] }, 'unknown_kpi'],
] as const)('what does not exist is named: %j', (selection, code) => {
  expect(() => select(space, selection)).toThrow(expect.objectContaining({ code }))
})
