import { describe, expect, test } from 'vitest'
import { PartitionRollup } from '../../../processors/rollup/partition-rollup.ts'
import type { Partial } from '../../../processors/windows/partial.ts'

const minute = 60_000
const lixia = '370102'

/** Partition 0 of kpi.partial, which had two partitions and has four. */
function rollup(): PartitionRollup {
  return new PartitionRollup({
    partition: 0,
    partitions: 4,
    start: 0,
    checkpoint: undefined,
    expected: () => new Map(),
  })
}

function partial(kind: Partial['kind'], window: number): Partial {
  const told = kind === 'marker' ? 0 : 1
  return {
    record: 'radio_alarm',
    partition: 0,
    partitions: 1,
    through_offset: 10,
    kind,
    window_start: window * minute,
    window_ms: minute,
    first_offset: told ? 3 : -1,
    county: told ? [lixia] : [],
    assets: told ? [1] : [],
    readings: told ? [5] : [],
    duplicates: told ? [0] : [],
    event_time_max: told ? [window * minute + 1] : [],
    measures: told ? [5, 0] : [],
  }
}

describe('what is told of a window in a partition of kpi.partial that is not the window’s any more', () => {
  test('goes to the late notices when the window closed there', () => {
    const core = rollup()
    core.accept(0, 'radio_alarm', partial('open', 2), 0)
    expect(core.takeLate()).toEqual([])
    core.accept(1, 'radio_alarm', partial('closed', 2), 0)
    expect(core.takeLate()).toEqual([
      {
        record: 'radio_alarm',
        county: lixia,
        window_start: 2 * minute,
        window_ms: minute,
        partition: 0,
        from_offset: 3,
        through_offset: 10,
        readings: 5,
        noticed_by: 'rollup',
      },
    ])
  })

  test('is never a final value of its own, nor kept', () => {
    const core = rollup()
    core.accept(0, 'radio_alarm', partial('open', 2), 0)
    core.accept(1, 'radio_alarm', partial('closed', 2), 0)
    core.accept(2, 'radio_alarm', partial('marker', 2), 0)
    expect(core.takeFinal()).toEqual([])
    expect(core.openWindows).toBe(0)
  })

  test('does not keep the windows that are at their place from becoming final', () => {
    const core = rollup()
    core.accept(0, 'radio_alarm', partial('closed', 4), 0)
    core.accept(1, 'radio_alarm', partial('marker', 4), 0)
    expect(core.takeFinal().map(({ window_start }) => window_start)).toContain(4 * minute)
    expect(core.takeLate()).toEqual([])
  })
})
