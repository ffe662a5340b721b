import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import { speaksOfEveryWindow } from '../../windows/partial.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import { type IsNoticed, partitionOf, type Subject } from '../progress/waiting.ts'

const Row = Type.Object({ record: Type.String(), county: Type.String(), start: Type.Number() })

/** Late notices that `correct` has not done, as far as the archive has stored them. @throws ClickHouseError */
export async function pendingNotices(store: Store, progress: LogProgress): Promise<IsNoticed> {
  const { corrected, lateArchived } = progress
  const open = corrected.high.flatMap((high, partition) => {
    const done = corrected.done[partition] ?? 0
    return done < high ? [`(kafka_partition = ${partition} AND kafka_offset >= ${done})`] : []
  })
  const rows =
    open.length === 0
      ? []
      : await selectRows(
          store,
          Row,
          `SELECT DISTINCT record, county, toUnixTimestamp64Milli(window_start) AS start
           FROM ${store.database}.late_windows_store WHERE ${open.join(' OR ')}`,
        )
  const noticed = new Set(rows.map(({ record, start }) => `${record}|${start}`))
  const wholly = new Set(rows.filter(speaksOfEveryWindow).map(({ record }) => record))
  return (subject: Subject, until: number) => {
    const known = lateArchived[partitionOf(subject, lateArchived.length)] ?? 0
    if (known < until) return undefined
    return wholly.has(subject.record) || noticed.has(`${subject.record}|${subject.windowStart}`)
  }
}
