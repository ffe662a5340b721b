import { describe, expect, test } from 'vitest'
import { logsOf } from '../../../platform/epochs/read-epochs.ts'
import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { committedRanges } from '../../../processors/task/committed-positions.ts'
import { isOfLog, logMetadata } from '../../../processors/task/log-commit.ts'
import { restore } from '../../../processors/task/restore.ts'
import { checkpointMetadata } from '../../../processors/windows/checkpoint.ts'

const first = { log: 'c:1', base: 0, closedUntil: null }
const second = { log: 'c:2', base: 2_000_000_000, closedUntil: 120_000 }

describe('a commit', () => {
  test('is of the log that it names', () => {
    expect(isOfLog(logMetadata(first), first)).toBe(true)
    expect(isOfLog(logMetadata(first), second)).toBe(false)
    expect(isOfLog(checkpointMetadata({ offset: 1, at: 2, closed: {} }, 'c:2'), second)).toBe(true)
  })

  test.each([null, '', 'an id', '{}', '{"closed":{},"at":5}'])(
    'that names none (%s) is of the first: only later logs came with names',
    metadata => {
      expect(isOfLog(metadata, first)).toBe(true)
      expect(isOfLog(metadata, second)).toBe(false)
    },
  )
})

const admin = (metadata: string): OffsetsAdmin =>
  ({
    fetchOffsets: async () => [{ topic: 't', partitions: [{ partition: 0, offset: '40', metadata }] }],
    fetchTopicOffsets: async () => [{ partition: 0, low: '3', high: '50', offset: '50' }],
  }) as unknown as OffsetsAdmin

describe('after a topic was created again', () => {
  const stale = checkpointMetadata({ offset: 40, at: 44, closed: { rack: 60_000 } }, first.log)
  const own = checkpointMetadata({ offset: 40, at: 44, closed: { rack: 180_000 } }, second.log)
  const restoredWith = async (metadata: string) => {
    const logs = logsOf(new Map([['t', second]]))
    const closedUntil = (_: string, time: number) => ({ rack: time - 60_000 })
    const options = { admin: admin(metadata), groupId: 'g', logs, closedUntil }
    const [restored] = await restore(options, { t: [0] })
    return restored
  }

  test('a commit that a process made before it heard of it counts for nothing', async () => {
    expect(await restoredWith(stale)).toMatchObject({
      start: 3,
      checkpoint: { offset: 3, at: 0, closed: { rack: 60_000 } },
      isNewLog: true,
      log: second,
    })
    expect(await committedRanges(admin(stale), 'g', 't', [0], second)).toEqual(
      new Map([[0, { low: 3, high: 50 }]]),
    )
  })

  test('a commit of the new log is where it goes on', async () => {
    expect(await restoredWith(own)).toMatchObject({
      start: 40,
      checkpoint: { at: 44, closed: { rack: 180_000 } },
      isNewLog: false,
    })
  })
})
