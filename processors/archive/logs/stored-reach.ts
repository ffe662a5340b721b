import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'

const Reach = Type.Object({ reach: Type.Number() })
const Newest = Type.Object({ newest: Type.Union([Type.Number(), Type.Null()]) })

/** One past the greatest place of a topic that ClickHouse knows, by its mark or by a row; 0 where it knows none. @throws ClickHouseError */
export async function storedReach(store: Store, topic: string, table: string): Promise<number> {
  const [row] = await selectRows(
    store,
    Reach,
    `SELECT greatest(
       (SELECT maxOrDefault(through_offset) FROM {database: Identifier}.archived WHERE topic = {topic: String}),
       (SELECT maxOrDefault(kafka_offset + 1) FROM {database: Identifier}.${table})) AS reach`,
    { topic },
  )
  return row?.reach ?? 0
}

/** The newest event time among the stored readings of a record type, epoch ms. @throws ClickHouseError */
export async function newestEventTime(store: Store, record: string): Promise<number | null> {
  const [row] = await selectRows(
    store,
    Newest,
    `SELECT toUnixTimestamp64Milli(maxOrNull(event_time)) AS newest FROM {database: Identifier}.received_${record}_store`,
  )
  return row?.newest ?? null
}
