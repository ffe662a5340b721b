import { expect, test } from 'vitest'
import { PartitionRollup } from '../../../processors/rollup/partition-rollup.ts'
import type { Partial } from '../../../processors/windows/partial.ts'

const minute = 60_000
const [lixia, shizhong] = ['370102', '370103']

/** What aggregate tells of racks in two counties, with as many measures as it knows. */
function partial(kind: Partial['kind'], partition: number, known: number): Partial {
  const counties = kind === 'marker' ? [] : [lixia!, shizhong!]
  const all = [4000, 2, 1, 2, 1, 2, 25, 1, 2, 0.5, 2]
  const each = <T>(value: T) => counties.map(() => value)
  return {
    ...{ record: 'rack', partition, partitions: 2, through_offset: 10, kind },
    ...{ window_start: 2 * minute, window_ms: minute, first_offset: 3, county: counties },
    ...{ assets: each(2), readings: each(2), duplicates: each(0), event_time_max: each(2 * minute + 1) },
    measures: counties.flatMap(() => all.slice(0, known)),
  }
}

function told(known: readonly [number, number]) {
  const core = new PartitionRollup({
    ...{ partition: 0, partitions: 1, start: 0, checkpoint: undefined, expected: () => new Map() },
  })
  let offset = 0
  for (const kind of ['open', 'closed', 'marker'] as const) {
    known.forEach((measures, partition) => {
      core.accept(offset++, 'rack', partial(kind, partition, measures), 0)
    })
  }
  const [city] = core.takeFinal().filter(({ region }) => region === '370100')
  const value = (id: string) => city?.kpis.find(({ kpi }) => kpi === id)?.value
  return {
    load: value('datacenter.it_load_kw'),
    inUse: value('datacenter.racks_in_use_pct'),
    late: core.takeLate().map(({ county, partition }) => [county, partition]),
  }
}

test('a version that knows every measure has every value, and nothing to compute again', () => {
  expect(told([11, 11])).toEqual({ load: 16, inUse: 50, late: [] })
})

test('what a version with fewer measures closed has no value of those, and is computed again', () => {
  const late = [
    [lixia, 0],
    [shizhong, 0],
  ]
  expect(told([7, 11])).toEqual({ load: 16, inUse: null, late })
})
