import { crc32 } from 'node:zlib'
import { type LogPosition, spansOf } from '../pending-batch.ts'

/**
 * Names the content of an insert: a repeated one is recognised before it is written. The checksum keeps apart
 * the same offsets of a topic that was deleted and created again; the round, rows that are gone while ClickHouse still
 * remembers that they were inserted.
 */
export function insertToken(
  topic: string,
  messages: readonly LogPosition[],
  bytes: Buffer,
  round: number,
): string {
  const spans = spansOf(messages).map(({ partition, from, through }) => `${partition}:${from}-${through}`)
  return `${topic}|${spans.join(',')}|${messages.length}|${crc32(bytes).toString(16)}${round > 0 ? `|${round}` : ''}`
}
