import { type Static, Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import { sqlString } from '../../../schemas/clickhouse/table.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import type { Offsets, RecordProgress } from '../progress/log-progress.ts'
import type { Difference, OffsetSpan } from '../report/difference.ts'
import { int64s } from '../sql/literals.ts'

/** Offsets counted together: what is missing is searched for where the count is wrong. */
export const blockSize = 1 << 18

const Block = Type.Object({
  partition: Type.Number(),
  block: Type.Number(),
  stored: Type.Number(),
  first: Type.Number(),
})
const Gap = Type.Object({ first: Type.Number(), last: Type.Number() })

export interface OffsetsLook {
  /** Offsets that have to be there. */
  readonly expected: number
  readonly missing: number
  readonly differences: readonly Difference[]
}

/**
 * Every offset that the archive has committed has to be a received message, or a dead letter that names it: from the
 * log's low end on, or below it, where retention has been, from the first one that is stored. @throws ClickHouseError
 */
export async function lookAtOffsets(
  store: Store,
  record: RecordId,
  { low, archived, base }: RecordProgress,
): Promise<OffsetsLook> {
  const blocks = await selectRows(store, Block, blocksSql(record, archived, base, store.database))
  const gaps: OffsetSpan[] = []
  let expected = 0
  for (const [partition, end] of archived.entries()) {
    const held = blocks.filter(block => block.partition === partition)
    // What it has of a log before this one cannot be compared with anything.
    if (end < base) continue
    const from = Math.min(low[partition] ?? base, end, ...held.map(({ first }) => first))
    expected += end - from
    for (const span of incompleteBlocks(partition, from, end, held)) {
      const found = await selectRows(store, Gap, gapsSql(record, span, store.database))
      gaps.push(...found.map(gap => ({ partition, ...gap })))
    }
  }
  const ranges = joined(gaps)
  return {
    expected,
    missing: gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    differences: ranges.map(range => differenceOf(record, range)),
  }
}

/** Parts of [from, end) in which offsets are missing, block by block. Pure. */
export function incompleteBlocks(
  partition: number,
  from: number,
  end: number,
  held: readonly Pick<Static<typeof Block>, 'block' | 'stored'>[],
): OffsetSpan[] {
  const stored = new Map(held.map(({ block, stored: count }) => [block, count]))
  const spans: OffsetSpan[] = []
  for (let block = Math.floor(from / blockSize); block * blockSize < end; block++) {
    const first = Math.max(from, block * blockSize)
    const last = Math.min(end, (block + 1) * blockSize) - 1
    if ((stored.get(block) ?? 0) !== last - first + 1) spans.push({ partition, first, last })
  }
  return spans
}

/** Neighbours as one. Pure. */
export function joined(gaps: readonly OffsetSpan[]): OffsetSpan[] {
  const ranges: OffsetSpan[] = []
  for (const gap of gaps) {
    const last = ranges.at(-1)
    if (last && last.partition === gap.partition && last.last + 1 === gap.first) {
      ranges[ranges.length - 1] = { ...last, last: gap.last }
    } else ranges.push(gap)
  }
  return ranges
}

function blocksSql(record: RecordId, archived: Offsets, base: number, database: string): string {
  return `
SELECT kafka_partition AS partition, intDiv(kafka_offset, ${blockSize}) AS block, count() AS stored, min(kafka_offset) AS first
FROM ${database}.received_${record}
WHERE kafka_offset >= ${base} AND kafka_offset < ${int64s(archived)}[kafka_partition + 1]
GROUP BY partition, block`
}

/** Runs of offsets in the span that are neither received nor refused. */
function gapsSql(record: RecordId, { partition, first, last }: OffsetSpan, database: string): string {
  const inSpan = (offset: string): string => `${offset} >= ${first} AND ${offset} <= ${last}`
  return `
SELECT before + 1 AS first, offset - 1 AS last
FROM
(
  SELECT offset, lagInFrame(offset, 1, toInt64(${first - 1})) OVER (ORDER BY offset ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
  FROM
  (
    SELECT kafka_offset AS offset FROM ${database}.received_${record} WHERE kafka_partition = ${partition} AND ${inSpan('kafka_offset')}
    UNION ALL
    SELECT JSONExtractInt(payload, 'base') + JSONExtractInt(payload, 'offset') AS offset FROM ${database}.rejected
    WHERE code = 'archive_refused' AND JSONExtractString(payload, 'topic') = ${sqlString(telemetryTopic(record))}
      AND JSONExtractInt(payload, 'partition') = ${partition} AND ${inSpan('offset')}
    UNION ALL
    SELECT toInt64(arrayJoin(range(toUInt64(greatest(first_offset, ${first})), toUInt64(least(last_offset, ${last}) + 1)))) AS offset
    FROM (
      SELECT JSONExtractInt(payload, 'base') AS base, base + JSONExtractInt(payload, 'offset') AS first_offset, base + JSONExtractInt(payload, 'last_offset') AS last_offset
      FROM ${database}.rejected
      WHERE code = 'undecodable_batch' AND JSONExtractString(payload, 'topic') = ${sqlString(telemetryTopic(record))}
        AND JSONExtractInt(payload, 'partition') = ${partition}
    )
    WHERE first_offset <= ${last} AND last_offset >= ${first}
    UNION ALL
    SELECT toInt64(${last + 1}) AS offset
  )
)
WHERE offset > before + 1
ORDER BY first`
}

function differenceOf(record: RecordId, range: OffsetSpan): Difference {
  const missing = range.last - range.first + 1
  const note = `partition ${range.partition}: offsets ${range.first} to ${range.last} are neither received nor refused`
  return { check: 'offsets', record, name: 'offsets', stored: 0, recomputed: missing, note, offsets: [range] }
}
