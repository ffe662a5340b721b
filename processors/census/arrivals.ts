import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { selectRows } from '../../platform/clickhouse/select-rows.ts'
import type { Below } from '../../schemas/clickhouse/census/census-sources.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { sqlInstant, windowSql } from '../correct/stored-windows.ts'
import type { Arrivals } from './census-agenda.ts'

export interface ArrivalsQuery {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly sizeMs: number
  /** What stands in the log from here on, up to `to`. */
  readonly from: Below
  readonly to: Below
  /** Only messages whose event_time lies before this, epoch ms. */
  readonly before: number
  /** Everything before this start of a window, epoch ms, is told as of the window before it. */
  readonly oldest: number
}

const Row = Type.Object({
  partition: Type.Number(),
  windowStart: Type.Number(),
  lastOffset: Type.Number(),
  messages: Type.Number(),
})

/** What arrived in a stretch of the log, by partition and window. @throws ClickHouseError */
export async function readArrivals(query: ArrivalsQuery): Promise<readonly Arrivals[]> {
  const arrivals: Arrivals[] = []
  for (const [record, to] of query.to) {
    const stretches = [...to].flatMap(([partition, offset]) => {
      const from = query.from.get(record)?.get(partition) ?? 0
      return from < offset ? [{ partition, from, to: offset }] : []
    })
    if (stretches.length > 0) arrivals.push(...(await readStretches(query, record, stretches)))
  }
  return arrivals
}

interface Stretch {
  readonly partition: number
  readonly from: number
  readonly to: number
}

async function readStretches(
  { sizeMs, before, oldest, ...store }: ArrivalsQuery,
  record: RecordId,
  stretches: readonly Stretch[],
): Promise<Arrivals[]> {
  // Each partition by itself, so that the sort key selects what is read.
  const within = stretches.map(
    ({ partition, from, to }) =>
      `(kafka_partition = ${partition} AND kafka_offset >= ${from} AND kafka_offset < ${to})`,
  )
  const rows = await selectRows(
    store,
    Row,
    `SELECT kafka_partition AS partition, greatest(${windowSql(sizeMs)}, ${oldest - sizeMs}) AS windowStart,
       max(kafka_offset) AS lastOffset, count() AS messages
     FROM {database: Identifier}.received_${record}
     WHERE (${within.join(' OR ')}) AND event_time < ${sqlInstant(before)}
     GROUP BY partition, windowStart`,
  )
  return rows.map(row => ({ record, ...row }))
}
