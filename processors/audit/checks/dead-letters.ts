import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { type Span, within } from '../sql/literals.ts'

const Row = Type.Object({ record: Type.String(), code: Type.String(), messages: Type.Number() })

/** By code. */
export type Rejected = Readonly<Record<string, number>>

/** Dead letters of a range of event time; of time of receipt where they say no event time. @throws ClickHouseError */
export async function deadLetters(
  store: Store,
  records: readonly RecordId[],
  span: Span,
): Promise<ReadonlyMap<string, Rejected>> {
  const rows = await selectRows(
    store,
    Row,
    `SELECT record, code, count() AS messages FROM ${store.database}.rejected
     WHERE ${within('ifNull(event_time, received_at)', [span])}
     GROUP BY record, code ORDER BY record, code`,
  )
  return new Map(
    records.map(id => [
      id,
      Object.fromEntries(
        rows.flatMap(({ record, code, messages }) => (record === id ? [[code, messages]] : [])),
      ),
    ]),
  )
}
