import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { topicNames } from '../../schemas/topics.ts'
import { rollupGroup } from '../rollup/rollup.ts'
import { parseCheckpoint } from '../windows/checkpoint.ts'
import { partialPartition } from '../windows/partial.ts'

/** Whether a window is final, and its final values are in the log. */
export type IsFinal = (record: RecordId, windowStart: number, sizeMs: number) => boolean

/** Asks what rollup has committed: windows up to the ones it names are final, and were acknowledged before the commit. */
export async function readFinalProgress(admin: OffsetsAdmin): Promise<IsFinal> {
  const [commits] = await admin.fetchOffsets({ groupId: rollupGroup, topics: [topicNames.partial] })
  const partitions = commits?.partitions ?? []
  const closed = new Map(
    partitions.map(({ partition, offset, metadata }) => [
      partition,
      parseCheckpoint(Number(offset), metadata)?.closed ?? {},
    ]),
  )
  return (record, windowStart, sizeMs) => {
    const through = closed.get(partialPartition(windowStart, sizeMs, partitions.length))?.[record]
    return through !== undefined && windowStart <= through
  }
}
