import { describe, expect, test } from 'vitest'
import { PartitionRollup } from '../../../processors/rollup/partition-rollup.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import type { Partial } from '../../../processors/windows/partial.ts'
import { PartitionAggregator, type Reading } from '../../../processors/windows/partition-aggregator.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'

const program = compileMeasures(measureSets.radio_alarm)
const spec = { sizeMs: 1_000, latenessMs: 1_000 }
const base = 2_000_000_000
/** Windows that begin by then may have readings in the log before. */
const closed = 5_000

function aggregatorOf(options: { readonly base?: number; readonly isNewLog?: boolean } = {}) {
  return new PartitionAggregator({
    record: 'radio_alarm',
    partition: 0,
    partitions: 1,
    spec,
    outOfOrdernessMs: 0,
    program,
    start: 0,
    ...(options.isNewLog ? { checkpoint: { offset: 0, at: 0, closed: { radio_alarm: closed } } } : {}),
    ...options,
  })
}

function add(aggregator: PartitionAggregator, time: number): string {
  const reading = { event_time: time, county: '370102', state: 'raised' } as Reading
  return aggregator.add(aggregator.nextOffset, Buffer.from(`asset-${time}`), reading)
}

describe('an aggregator of a log that is not the first of its topic', () => {
  test('says at once that the windows of before are closed: nobody else ever would', () => {
    expect(aggregatorOf({ base, isNewLog: true }).takeClosed()).toMatchObject([
      { kind: 'marker', window_start: closed, through_offset: base },
    ])
    expect(aggregatorOf().takeClosed()).toEqual([])
  })

  test('counts nothing in them: they are computed from what is stored of both logs', () => {
    const aggregator = aggregatorOf({ base, isNewLog: true })
    expect(add(aggregator, 4_500)).toBe('late')
    expect(add(aggregator, 5_500)).toBe('late')
    expect(add(aggregator, 6_500)).toBe('counted')
    expect(aggregator.takeLate()).toMatchObject([
      { window_start: 4_000, from_offset: base, through_offset: base + 1 },
      { window_start: 5_000, from_offset: base + 1, through_offset: base + 2 },
    ])
  })

  test('speaks of places, and commits offsets', () => {
    const aggregator = aggregatorOf({ base, isNewLog: true })
    aggregator.takeClosed()
    add(aggregator, 6_500)
    add(aggregator, 8_500)
    const [window] = aggregator.takeClosed()
    expect(window).toMatchObject({ kind: 'closed', first_offset: base, through_offset: base + 2 })
    expect(aggregator.checkpoint()).toMatchObject({ offset: 1, at: 2 })
  })

  test('is newer than all that was said before, however little it has read', () => {
    const before = aggregatorOf()
    for (let time = 6_000; time < 6_900; time++) add(before, time)
    const after = aggregatorOf({ base, isNewLog: true })
    add(after, 6_500)
    const rollup = new PartitionRollup({
      partition: 0,
      partitions: 1,
      expected: () => new Map(),
      start: 0,
      checkpoint: undefined,
    })
    const tell = (partial: Partial, offset: number) => rollup.accept(offset, 'radio_alarm', partial, 0)
    const [old] = before.takeChanged()
    const [fresh] = after.takeChanged()
    tell(fresh!, 0)
    tell(old!, 1)
    const [message] = rollup.takeProvisional(0)
    expect(message).toMatchObject({ readings: 1, version: base + 1 })
  })
})
