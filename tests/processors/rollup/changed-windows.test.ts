import { expect, test } from 'vitest'
import { PartitionRollup } from '../../../processors/rollup/partition-rollup.ts'
import { parseCheckpoint } from '../../../processors/windows/checkpoint.ts'
import { neverRead, type Partial } from '../../../processors/windows/partial.ts'

const minute = 60_000
const changed = expect.objectContaining({ code: 'windows_changed' })

function rollup(checkpoint?: ReturnType<typeof parseCheckpoint>): PartitionRollup {
  const start = checkpoint?.offset ?? 0
  return new PartitionRollup({ partition: 0, partitions: 1, start, checkpoint, expected: () => new Map() })
}

function marker(windowMs: number, windowStart: number): Partial {
  return {
    record: 'radio_alarm',
    partition: 0,
    partitions: 1,
    through_offset: 10,
    kind: 'marker',
    window_start: windowStart,
    window_ms: windowMs,
    first_offset: -1,
    county: [],
    assets: [],
    readings: [],
    duplicates: [],
    event_time_max: [],
    measures: [],
  }
}

test('windows of another size are refused, and what says them counts as not read', () => {
  const core = rollup()
  core.accept(0, 'radio_alarm', marker(minute, 2 * minute), 0)
  expect(() => core.accept(1, 'radio_alarm', marker(10_000, 190_000), 0)).toThrow(changed)
  expect(core.checkpoint()).toMatchObject({ offset: 1, at: 1, sizes: { radio_alarm: minute } })
})

test('so they are after a restart, of whichever version the commit is', () => {
  const before = rollup()
  before.accept(0, 'radio_alarm', marker(minute, 2 * minute), 0)
  before.takeFinal()
  const commit = before.checkpoint()
  expect(() => rollup(commit).accept(1, 'radio_alarm', marker(10_000, 190_000), 0)).toThrow(changed)
  rollup(commit).accept(1, 'radio_alarm', marker(minute, 3 * minute), 0)

  const earlier = parseCheckpoint(1, JSON.stringify({ closed: { radio_alarm: 2 * minute + 10_000 }, at: 1 }))
  expect(() => rollup(earlier).accept(1, 'radio_alarm', marker(minute, 3 * minute), 0)).toThrow(changed)
  rollup(earlier).accept(1, 'radio_alarm', marker(10_000, 3 * minute), 0)
})

test('a partition that never held a reading has no windows whose size could have changed', () => {
  const core = rollup()
  core.accept(0, 'radio_alarm', marker(10_000, neverRead), 0)
  expect(core.checkpoint().sizes).toEqual({})
  core.accept(1, 'radio_alarm', marker(minute, 2 * minute), 0)
  expect(core.checkpoint().sizes).toEqual({ radio_alarm: minute })
})
