import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partitionOf } from '../../../platform/kafka/partitioner.ts'
import type { Checkpoint } from '../../../processors/windows/checkpoint.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import type { LateNotice } from '../../../processors/windows/partial.ts'
import { PartitionAggregator, type Reading } from '../../../processors/windows/partition-aggregator.ts'
import { windowStart } from '../../../processors/windows/window-spec.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'

const program = compileMeasures(measureSets.radio_alarm)
const spec = { sizeMs: 1_000, latenessMs: 1_000 }
const counties = ['370102', '370103', '370202', '370203'] as const

interface Told {
  readonly asset: number
  readonly time: number
}

interface Setup {
  readonly partition: number
  readonly partitions: number
  readonly added?: { readonly before: number; readonly doubtfulBefore: number }
  readonly checkpoint?: Checkpoint
}

const keyOf = (asset: number) => Buffer.from(`asset-${asset}`)
const countyOf = (asset: number) => counties[asset % counties.length] as string

function aggregatorOf({ partition, partitions, added, checkpoint }: Setup): PartitionAggregator {
  return new PartitionAggregator({
    record: 'radio_alarm',
    partition,
    partitions,
    added,
    belongs: key => partitionOf(key, partitions) === partition,
    spec,
    outOfOrdernessMs: 0,
    program,
    start: checkpoint?.offset ?? 0,
    checkpoint,
  })
}

function add(aggregator: PartitionAggregator, { asset, time }: Told): string {
  const reading = { event_time: time, county: countyOf(asset), state: 'raised' } as Reading
  return aggregator.add(aggregator.nextOffset, keyOf(asset), reading)
}

/** An asset whose key belongs to this partition of so many. */
function assetIn(partition: number, partitions: number): number {
  for (let asset = 0; ; asset++) if (partitionOf(keyOf(asset), partitions) === partition) return asset
}

describe('a partition of a topic to which some were added', () => {
  const added = { before: 2, doubtfulBefore: 5_000 }

  test('names every county of the windows of that time when they close, and of none after', () => {
    const aggregator = aggregatorOf({ partition: 0, partitions: 4, added })
    const asset = assetIn(0, 4)
    for (const time of [4_100, 5_100, 9_000]) add(aggregator, { asset, time })
    expect(aggregator.urgent).toBe(true)
    const [first, ...others] = aggregator.takeLate()
    expect(first).toMatchObject({
      record: 'radio_alarm',
      county: countyOf(asset),
      window_start: 4_000,
      window_ms: 1_000,
      readings: 0,
      noticed_by: 'repartition',
    })
    expect(others).toEqual([])
  })

  test('commits the number of before until no window of that time is open', () => {
    const aggregator = aggregatorOf({ partition: 0, partitions: 4, added })
    const asset = assetIn(0, 4)
    expect(aggregator.checkpoint().partitions).toBe(4)
    add(aggregator, { asset, time: 4_100 })
    expect(aggregator.checkpoint().partitions).toBe(2)
    add(aggregator, { asset, time: 5_900 })
    expect(aggregator.checkpoint().partitions).toBe(2)
    add(aggregator, { asset, time: 6_500 })
    expect(aggregator.checkpoint()).toMatchObject({ partitions: 4, closed: { radio_alarm: 4_000 } })
  })
})

test('a reading in the partition of another key names its county, and that alone', () => {
  const aggregator = aggregatorOf({ partition: 0, partitions: 2 })
  const [here, elsewhere] = [assetIn(0, 2), assetIn(1, 2)]
  for (const asset of [here, elsewhere]) add(aggregator, { asset, time: 100 })
  for (const time of [1_100, 9_000]) add(aggregator, { asset: here, time })
  expect(aggregator.takeLate().map(({ county, window_start }) => `${county} ${window_start}`)).toEqual([
    `${countyOf(elsewhere)} 0`,
  ])
})

test('where nothing was added and every key is at its place, nothing is in doubt', () => {
  const aggregator = aggregatorOf({ partition: 1, partitions: 3 })
  const asset = assetIn(1, 3)
  for (const time of [100, 1_100, 2_100, 9_000]) add(aggregator, { asset, time })
  expect(aggregator.takeLate()).toEqual([])
  expect(aggregator.checkpoint().partitions).toBe(3)
})

/**
 * Two producers hear of the new partitions at times of their own, the aggregators at theirs, with any part of the log read
 * and committed. Whatever the order: a window that counts an asset in two partitions is named for the asset's county.
 */
test('no window counts an asset in two partitions without being named', () => {
  const event = fc.record({
    asset: fc.integer({ min: 0, max: 5 }),
    producer: fc.integer({ min: 0, max: 1 }),
    step: fc.integer({ min: 0, max: 400 }),
    behind: fc.integer({ min: 0, max: 4_000 }),
  })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 5, maxLength: 80 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.tuple(share, share),
      fc.array(share, { minLength: 3, maxLength: 3 }),
      (events, before, more, switches, readShares) => {
        const partitions = before + more
        const logs = Array.from({ length: partitions }, (): Told[] => [])
        let now = 10_000
        events.forEach(({ asset, producer, step, behind }, i) => {
          now += step
          const knows = i >= (switches[producer] ?? 0) * events.length
          const place = partitionOf(keyOf(asset), knows ? partitions : before)
          logs[place]?.push({ asset, time: now - behind })
        })

        const named = new Set<string>()
        const name = (notices: readonly LateNotice[]) => {
          for (const { county, window_start } of notices) named.add(`${county}|${window_start}`)
        }
        /** `asset|window` -> partitions that counted it in a closed window. */
        const counted = new Map<string, Set<number>>()
        const count = (partition: number, told: readonly Told[], through: number) => {
          for (const { asset, time } of told) {
            const start = windowStart(time, spec.sizeMs)
            if (start > through) continue
            const key = `${asset}|${start}`
            counted.set(key, (counted.get(key) ?? new Set()).add(partition))
          }
        }

        let newest = 0
        const checkpoints = logs.slice(0, before).map((log, partition) => {
          const aggregator = aggregatorOf({ partition, partitions: before })
          const read = log.slice(0, Math.floor((readShares[partition] ?? 0) * log.length))
          const kept = read.filter(told => add(aggregator, told) === 'counted')
          newest = Math.max(newest, ...read.map(({ time }) => time))
          aggregator.takeClosed()
          name(aggregator.takeLate())
          const checkpoint = aggregator.checkpoint()
          count(partition, kept, checkpoint.closed.radio_alarm ?? Number.NEGATIVE_INFINITY)
          return checkpoint
        })
        // The windows that were closed before began before this.
        const added = { before, doubtfulBefore: newest + 1 }
        logs.forEach((log, partition) => {
          const checkpoint = checkpoints[partition]
          const aggregator = aggregatorOf({
            partition,
            partitions,
            added,
            ...(checkpoint ? { checkpoint } : {}),
          })
          const kept = log.slice(aggregator.nextOffset).filter(told => add(aggregator, told) === 'counted')
          aggregator.idle(now + 10_000)
          name(aggregator.takeLate())
          count(partition, kept, Number.POSITIVE_INFINITY)
        })

        for (const [key, places] of counted) {
          const [asset, start] = key.split('|')
          if (places.size > 1) expect(named).toContain(`${countyOf(Number(asset))}|${start}`)
        }
      },
    ),
    { numRuns: 2_000 },
  )
})
