import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { isRecordId } from '../../../schemas/records/record.ts'
import { withAncestors } from '../../../schemas/regions/regions.ts'
import type { Difference, OffsetSpan } from '../report/difference.ts'
import { within } from '../sql/literals.ts'

const Row = Type.Object({
  county: Type.String(),
  partition: Type.Number(),
  first: Type.Number(),
  last: Type.Number(),
})

/** Windows whose messages are looked up: a query each. */
const mostWindows = 300

/**
 * Adds where in the log to look: by partition, the first and the last message received for the region and window; for
 * differences of the first windows, when there are very many. @throws ClickHouseError
 */
export async function withOffsets(store: Store, differences: readonly Difference[]): Promise<Difference[]> {
  const windows = new Map<string, ReadonlyMap<string, readonly OffsetSpan[]>>()
  const found: Difference[] = []
  for (const difference of differences) {
    const { record, region, windowStart, windowEnd, offsets } = difference
    const span = { from: windowStart ?? 0, to: windowEnd ?? 0 }
    const key = `${record}|${span.from}`
    if (isRecordId(record) && region !== undefined && !offsets && span.to > span.from) {
      if (!windows.has(key) && windows.size < mostWindows)
        windows.set(key, await spansByRegion(store, record, span))
      const spans = windows.get(key)?.get(region)
      found.push(spans ? { ...difference, offsets: spans } : difference)
    } else found.push(difference)
  }
  return found
}

async function spansByRegion(
  store: Store,
  record: RecordId,
  span: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, readonly OffsetSpan[]>> {
  const rows = await selectRows(
    store,
    Row,
    `SELECT county, kafka_partition AS partition, min(kafka_offset) AS first, max(kafka_offset) AS last
     FROM ${store.database}.received_${record} WHERE ${within('event_time', [span])}
     GROUP BY county, partition ORDER BY partition`,
  )
  const regions = new Map<string, Map<number, OffsetSpan>>()
  for (const { county, partition, first, last } of rows) {
    const above = withAncestors(county)
    for (const region of above.length > 0 ? above : [county]) {
      const spans = regions.get(region) ?? new Map<number, OffsetSpan>()
      const held = spans.get(partition) ?? { partition, first, last }
      spans.set(partition, { partition, first: Math.min(first, held.first), last: Math.max(last, held.last) })
      regions.set(region, spans)
    }
  }
  return new Map([...regions].map(([region, spans]) => [region, [...spans.values()]]))
}
