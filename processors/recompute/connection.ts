import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { registrySettings, SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import { clickhouseSettings } from '../../platform/clickhouse/clickhouse-client.ts'
import { patientStore } from '../../platform/clickhouse/patient-store.ts'
import type { Store } from '../../platform/clickhouse/select-rows.ts'
import { scaledClock } from '../../platform/clock.ts'
import type { Config } from '../../platform/config.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import { currentLogs } from '../../platform/epochs/read-epochs.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { kafkaClient, kafkaSettings } from '../../platform/kafka/kafka-client.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import { Lifecycle, type Resource } from '../../platform/lifecycle.ts'
import { createLog } from '../../platform/log.ts'
import { Metrics } from '../../platform/metrics.ts'
import { partSettings } from '../../platform/part.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import { archivedOffsets } from '../archive/archive-progress.ts'
import { processorSettings } from '../context.ts'
import { Corrector } from '../correct/corrector.ts'
import { Publisher } from '../publish/publisher.ts'
import { expectedAssets } from '../regional/expected-assets.ts'

export const recomputeSettings = {
  ...kafkaSettings,
  ...registrySettings,
  ...clickhouseSettings,
  windows: processorSettings.windows,
  clockEpochMs: partSettings.clockEpochMs,
  clockSpeed: partSettings.clockSpeed,
}

export interface Connection {
  readonly store: Store
  readonly corrector: Corrector
  /** How many messages of the record type the archive has stored. */
  readonly archived: () => Promise<number>
  /** Absent in a dry run. */
  readonly publisher?: Publisher
  close(): Promise<void>
}

/** How often Kafka is asked again before it counts as away: about 15 s. */
const kafkaRetries = 6
const clickhouseWithinMs = 15_000
/** How long ClickHouse may be away in the middle of it. */
const awayMs = 60_000
const hint = 'is the system running? --port-offset N finds one that was started with it'

/**
 * Everything a recomputation talks to.
 * @throws CodedError naming what cannot be reached, after some seconds
 */
export async function connect(
  config: Config<typeof recomputeSettings>,
  { record, dryRun, signal }: { record: RecordId; dryRun: boolean; signal: AbortSignal },
): Promise<Connection> {
  const log = createLog('recompute', 'silent')
  const kafka = kafkaClient(config, 'citybrain-recompute', log, { retries: kafkaRetries })
  const registry = new SchemaRegistry(config.schemaRegistryUrl)
  const store = patientStore(config, { withinMs: awayMs, signal, hint })
  const { clickhouse } = store
  const clock = scaledClock({ epochMs: config.clockEpochMs, speed: config.clockSpeed })
  const admin = new LastingAdmin(kafka)
  const { assets, expected } = expectedAssets(
    { kafka, registry, log, metrics: new Metrics('recompute') },
    'recompute',
  )
  const publisher = dryRun ? undefined : new Publisher(kafka, registry)
  const lifecycle = new Lifecycle(log)
  const resources: readonly Resource[] = [
    {
      name: 'ClickHouse',
      start: () => requireTables(clickhouse, config, record),
      stop: () => clickhouse.close(),
    },
    { name: 'Kafka', start: () => reach(admin, config), stop: () => admin.disconnect() },
    { name: 'registry', start: () => requireRegistry(registry), stop: () => Promise.resolve() },
    assets,
    ...(publisher ? [publisher] : []),
  ]
  let logs: Logs
  try {
    await lifecycle.start(resources)
    logs = await currentLogs({ kafka, registry, log }, [topicNames.regional])
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
  return {
    store,
    corrector: new Corrector({
      store,
      admin,
      logs,
      expected,
      now: () => clock.now(),
      signal,
    }),
    archived: async () => {
      const offsets = await archivedOffsets(store, telemetryTopic(record))
      return [...offsets.values()].reduce((sum, offset) => sum + offset, 0)
    },
    ...(publisher ? { publisher } : {}),
    close: () => lifecycle.stop(),
  }
}

const Tables = Type.Array(Type.Object({ name: Type.String() }))

async function requireTables(
  clickhouse: ClickHouseClient,
  { clickhouseUrl, clickhouseDatabase: database }: Config<typeof clickhouseSettings>,
  record: RecordId,
): Promise<void> {
  const needed = [`measures_${record}`, `received_${record}`, `readings_${record}`, 'kpi']
  let found: Set<string>
  try {
    const result = await clickhouse.query({
      query: 'SELECT name FROM system.tables WHERE database = {database: String}',
      query_params: { database },
      format: 'JSONEachRow',
      abort_signal: AbortSignal.timeout(clickhouseWithinMs),
    })
    found = new Set(Value.Parse(Tables, await result.json()).map(({ name }) => name))
  } catch (cause) {
    throw new CodedError('clickhouse_unavailable', `ClickHouse ${clickhouseUrl}: ${messageOf(cause)}`, {
      cause,
      hint,
    })
  }
  const missing = needed.filter(name => !found.has(name))
  if (missing.length === 0) return
  throw new CodedError(
    'not_migrated',
    `ClickHouse ${clickhouseUrl} lacks ${database}.${missing.join(', ')}`,
    {
      hint: 'the archive creates them: start it, or name the database in CLICKHOUSE_DATABASE',
    },
  )
}

async function reach(admin: LastingAdmin, { kafkaBrokers }: Config<typeof kafkaSettings>): Promise<void> {
  try {
    await admin.connect()
  } catch (cause) {
    throw new CodedError('kafka_unavailable', `Kafka ${kafkaBrokers.join(', ')}: ${messageOf(cause)}`, {
      cause,
      hint,
    })
  }
}

/** Asks for any schema: it may be unknown, but somebody has to answer. */
async function requireRegistry(registry: SchemaRegistry): Promise<void> {
  try {
    await registry.schemaOf(1)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'schema_unknown') return
    throw new CodedError('registry_unavailable', messageOf(error), { cause: error, hint })
  }
}
