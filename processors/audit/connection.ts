import { clickhouseSettings } from '../../platform/clickhouse/clickhouse-client.ts'
import { patientStore } from '../../platform/clickhouse/patient-store.ts'
import type { Store } from '../../platform/clickhouse/select-rows.ts'
import type { Config } from '../../platform/config.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { kafkaClient, kafkaSettings } from '../../platform/kafka/kafka-client.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import { createLog } from '../../platform/log.ts'
import { storedLogs } from './progress/stored-logs.ts'

export const auditSettings = { ...kafkaSettings, ...clickhouseSettings }

export interface Connection {
  readonly store: Store
  readonly admin: LastingAdmin
  readonly logs: Logs
  close(): Promise<void>
}

/** How often Kafka is asked again before it counts as away: about 15 s. */
const kafkaRetries = 6
const withinMs = 15_000
/** How long ClickHouse may be away in the middle of it. */
const awayMs = 60_000
const hint = 'is the system running? --port-offset N finds one that was started with it'

/** What the audit reads; it writes nothing. @throws CodedError naming what cannot be reached, after some seconds */
export async function connect(config: Config<typeof auditSettings>): Promise<Connection> {
  const { clickhouseUrl, clickhouseDatabase: database, kafkaBrokers } = config
  const kafka = kafkaClient(config, 'citybrain-audit', createLog('audit', 'silent'), {
    retries: kafkaRetries,
  })
  const admin = new LastingAdmin(kafka, withinMs)
  const store = patientStore(config, { withinMs: awayMs, hint })
  const { clickhouse } = store
  const close = async (): Promise<void> => {
    await admin.disconnect()
    await clickhouse.close()
  }
  try {
    await reach('clickhouse_unavailable', `ClickHouse ${clickhouseUrl}`, async () => {
      const result = await clickhouse.query({
        query: 'SELECT 1 FROM {database: Identifier}.kpi LIMIT 0',
        query_params: { database },
        abort_signal: AbortSignal.timeout(withinMs),
      })
      await result.text()
    })
    await reach('kafka_unavailable', `Kafka ${kafkaBrokers.join(', ')}`, () => admin.connect())
    return { store, admin, logs: await storedLogs(store, kafka), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function reach(code: string, what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (cause) {
    throw new CodedError(code, `${what}: ${messageOf(cause)}`, { cause, hint })
  }
}
