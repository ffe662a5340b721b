import type { Kafka } from 'kafkajs'
import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { Logs } from '../../../platform/epochs/open-log.ts'
import { openOf, requireOpen } from '../../../platform/epochs/read-epochs.ts'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import { openedTopics } from '../../../schemas/topics.ts'

const Row = Type.Object({ topic: Type.String(), log: Type.String(), base: Type.Number() })

/**
 * The logs that the topics are, as the archive has stored them.
 * @throws CodedError `log_not_open` where Kafka has another one, or none is stored yet; ClickHouseError
 */
export async function storedLogs(store: Store, kafka: Kafka): Promise<Logs> {
  const rows = await selectRows(
    store,
    Row,
    `SELECT topic, argMax(e.log, e.base) AS log, max(e.base) AS base FROM ${store.database}.log_epochs AS e GROUP BY topic`,
  )
  const known = new Map(rows.map(({ topic, ...epoch }) => [topic, { ...epoch, closed_until: null }]))
  return requireOpen(openOf(openedTopics, await topicIds(kafka, openedTopics), known))
}
