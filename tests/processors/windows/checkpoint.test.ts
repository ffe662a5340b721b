import { describe, expect, it } from 'vitest'
import {
  type Checkpoint,
  checkpointMetadata,
  parseCheckpoint,
  requireSize,
} from '../../../processors/windows/checkpoint.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { PartitionAggregator } from '../../../processors/windows/partition-aggregator.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { recordIds } from '../../../schemas/records/record.ts'

const program = compileMeasures(measureSets.radio_alarm)
const second = 1_000
const at = Date.UTC(2026, 2, 5, 4)

function aggregator(sizeMs: number, checkpoint?: Checkpoint, latenessMs = 0): PartitionAggregator {
  return new PartitionAggregator({
    record: 'radio_alarm',
    partition: 0,
    partitions: 1,
    spec: { sizeMs, latenessMs },
    outOfOrdernessMs: 0,
    program,
    start: checkpoint?.offset ?? 0,
    checkpoint,
  })
}

/** What is committed after readings of a minute were aggregated to windows of this size. */
function committed(sizeMs: number): Checkpoint {
  const running = aggregator(sizeMs)
  for (let i = 0; i <= 60; i += 1) {
    const reading = {
      event_time: at + i * second,
      county: '370102',
      state: 'raised',
      perceived_severity: 'MAJOR',
    }
    running.add(i, Buffer.from('cell'), reading)
  }
  running.takeClosed()
  return running.checkpoint()
}

const changed = expect.objectContaining({ code: 'windows_changed' })

describe('a commit', () => {
  it('keeps sizes, and comes back as it was', () => {
    const checkpoint = committed(10 * second)
    expect(checkpoint.sizes).toEqual({ radio_alarm: 10 * second })
    expect(parseCheckpoint(checkpoint.offset, checkpointMetadata(checkpoint))).toEqual(checkpoint)
  })

  it('of every record type takes less than Kafka keeps', () => {
    const byRecord = (value: number) => Object.fromEntries(recordIds.map(record => [record, value]))
    const all = {
      offset: 0,
      at: 2 ** 52,
      partitions: 1_000,
      closed: byRecord(9e12),
      sizes: byRecord(86_400_000),
    }
    expect(Buffer.byteLength(checkpointMetadata(all))).toBeLessThan(4_096)
  })

  it('of an earlier version tells no size', () => {
    const earlier = JSON.stringify({ closed: { rack: 60_000 }, at: 7 })
    expect(parseCheckpoint(5, earlier)).toEqual({ offset: 5, at: 7, closed: { rack: 60_000 } })
  })

  it('tells no size while nothing was read', () => {
    expect(aggregator(10 * second).checkpoint().sizes).toBeUndefined()
  })
})

describe('windows of another size than those of the commit', () => {
  it('are refused by aggregate, which counts nothing', () => {
    expect(() => aggregator(60 * second, committed(10 * second))).toThrow(changed)
    expect(() => aggregator(10 * second, committed(60 * second))).toThrow(changed)
    expect(() => aggregator(60 * second, committed(10 * second))).toThrow(
      'the stored windows of radio_alarm are 10s long, WINDOWS asks for 60s',
    )
  })

  it('are no matter of the lateness', () => {
    expect(() => aggregator(10 * second, committed(10 * second), 30 * second)).not.toThrow()
  })

  it('are noticed in a commit of an earlier version where they do not start at its windows', () => {
    const earlier = (closed: number) => ({ offset: 5, at: 7, closed: { rack: closed } })
    expect(() => requireSize('rack', 60 * second, earlier(at + 50 * second))).toThrow(changed)
    expect(() => requireSize('rack', 10 * second, earlier(at + 50 * second))).not.toThrow()
    expect(() => requireSize('parking', 60 * second, earlier(at + 50 * second))).not.toThrow()
  })
})
