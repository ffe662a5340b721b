import type { Kafka } from 'kafkajs'
import { Type } from 'typebox'
import type { Logs, OpenLog } from '../../../platform/epochs/open-log.ts'
import { logOf, logsOf } from '../../../platform/epochs/read-epochs.ts'
import { CodedError } from '../../../platform/errors.ts'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import { topicNames, topics } from '../../../schemas/topics.ts'
import { ask, type Store } from '../checks/ask.ts'

const Row = Type.Object({ topic: Type.String(), log: Type.String(), base: Type.Number() })

/**
 * The logs that the topics are, as the archive has stored them.
 * @throws CodedError `log_not_open` where Kafka has another one, or none is stored yet; ClickHouseError
 */
export async function storedLogs(store: Store, kafka: Kafka): Promise<Logs> {
  const rows = await ask(
    store,
    Row,
    `SELECT topic, argMax(e.log, e.base) AS log, max(e.base) AS base FROM ${store.database}.log_epochs AS e GROUP BY topic`,
  )
  const names = topics.map(({ name }) => name).filter(name => name !== topicNames.epochs)
  const ids = await topicIds(kafka, names)
  const open = new Map<string, OpenLog>()
  for (const { topic, log, base } of rows) {
    if (logOf(ids, topic) === log) open.set(topic, { log, base, closedUntil: null })
  }
  const missing = names.filter(topic => !open.has(topic))
  if (missing.length > 0) {
    throw new CodedError('log_not_open', `nobody has opened the logs of ${missing.join(', ')} yet`, {
      hint: 'archive does, and stores it within seconds: is it running?',
    })
  }
  return logsOf(open)
}
