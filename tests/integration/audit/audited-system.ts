import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { commandConfig } from '../../../platform/command-options.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { auditSettings, type Connection, connect } from '../../../processors/audit/connection.ts'
import {
  type Followed,
  type LogProgress,
  readLogProgress,
} from '../../../processors/audit/progress/log-progress.ts'
import type { AuditReport } from '../../../processors/audit/report/audit-report.ts'
import { runAudit } from '../../../processors/audit/run-audit.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { type OwnStores, ownStores } from '../started-stores.ts'

const root = join(import.meta.dirname, '../../..')

interface Processors {
  readonly aggregate: Supervised
  /** rollup, correct and census. */
  readonly others: Supervised
  readonly archive: Supervised
}

/** A process that is started again whenever it ends by itself, as in production. */
interface Supervised {
  end(): Promise<void>
}

/** Kafka, ClickHouse and registry of a test's own, with every processor, and nothing else, on them. */
export class AuditedSystem {
  private audited: Connection
  private readonly stores: OwnStores
  private readonly producer: Producer
  private readonly registry: SchemaRegistry
  private processors: Processors

  private constructor(stores: OwnStores, connection: Connection, producer: Producer, processors: Processors) {
    this.stores = stores
    this.audited = connection
    this.producer = producer
    this.processors = processors
    this.registry = new SchemaRegistry(stores.addresses.SCHEMA_REGISTRY_URL ?? '')
  }

  static async start(): Promise<AuditedSystem> {
    const stores = await ownStores()
    await stores.start()
    const kafka = testKafka(stores.addresses.KAFKA_BROKERS ?? '')
    await ensureTopics(kafka)
    const producer = kafka.producer()
    await producer.connect()
    const processors = allProcessors(stores)
    const connection = await untilConnected(stores)
    return new AuditedSystem(stores, connection, producer, processors)
  }

  get connection(): Connection {
    return this.audited
  }

  /** What a process of ours has to have in its environment to use it. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, NODE_OPTIONS: '', ...this.stores.addresses }
  }

  /** Values of one topic; null for a message that is no Avro at all. */
  async send(
    topic: string,
    messages: readonly { readonly key: string; readonly value: object | null }[],
  ): Promise<void> {
    const writer = await avroWriter<object>(this.registry, topic)
    await this.producer.send({
      topic,
      acks: -1,
      messages: messages.map(({ key, value }) => ({
        key,
        value: value ? writer.encode(value) : Buffer.from('broken'),
      })),
    })
  }

  async sendReadings(record: RecordId, readings: readonly { readonly asset_id: string }[]): Promise<void> {
    await this.send(
      telemetryTopic(record),
      readings.map(value => ({ key: value.asset_id, value })),
    )
  }

  async register(assets: readonly { readonly asset_id: string }[]): Promise<void> {
    await this.send(
      topicNames.assets,
      assets.map(value => ({ key: value.asset_id, value })),
    )
  }

  async rows<T>(query: string): Promise<readonly T[]> {
    const { clickhouse } = this.connection.store
    return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<T>()
  }

  async command(query: string): Promise<void> {
    await this.connection.store.clickhouse.command({ query })
  }

  /** Also what was inserted before, and deleted since. */
  async insert(table: string, values: readonly unknown[]): Promise<void> {
    await this.connection.store.clickhouse.insert({
      table: `citybrain.${table}`,
      values: [...values],
      format: 'JSONEachRow',
      clickhouse_settings: { insert_deduplication_token: randomUUID() },
    })
  }

  audit(settleMs: number, records: readonly RecordId[] = recordIds): Promise<AuditReport> {
    return runAudit({
      ...this.connection,
      options: { records, settleMs },
      now: () => performance.now(),
      sleep: ms => sleep(ms),
    })
  }

  /**
   * From here on nothing changes any more, and everything that was said was heard and is stored: who stops while somebody
   * else still talks leaves work that an audit would wait for.
   */
  async stopProcessors(): Promise<void> {
    const { aggregate, others, archive } = this.processors
    await aggregate.end()
    await this.until(({ rollup, partialEnds, corrected }) =>
      [{ high: partialEnds, done: rollup.map(({ at }) => at) }, corrected].every(isDone),
    )
    await others.end()
    await this.until(({ regional, rejected }) => [regional, rejected].every(isDone))
    await archive.end()
  }

  /** Ends every process, and starts it again after something was done to the stores. */
  async whileStopped(work: () => Promise<void>): Promise<void> {
    await Promise.all(Object.values(this.processors).map(process => process.end()))
    await work()
    this.processors = allProcessors(this.stores)
  }

  /** Kafka comes back without its data, and with it all processes. */
  async loseKafka(): Promise<void> {
    await this.whileStopped(async () => {
      await this.stores.stop()
      await this.stores.lose('kafka')
      await this.stores.start()
    })
    await this.untilOpen()
  }

  /** Audits from now on know the logs as they are by then. */
  async untilOpen(): Promise<void> {
    await this.audited.close()
    this.audited = await untilConnected(this.stores)
  }

  private async until(isSo: (progress: LogProgress) => boolean): Promise<void> {
    while (
      !isSo(
        await readLogProgress(this.connection.admin, this.connection.store, this.connection.logs, recordIds),
      )
    )
      await sleep(200)
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.processors).map(process => process.end()))
    await this.producer.disconnect()
    await this.connection.close()
    await this.stores.remove()
  }
}

function isDone({ high, done }: Pick<Followed, 'high' | 'done'>): boolean {
  return high.every((end, partition) => (done[partition] ?? 0) >= end)
}

function allProcessors(stores: OwnStores): Processors {
  return {
    aggregate: startProcessors(stores, ['aggregate']),
    others: startProcessors(stores, ['rollup', 'correct', 'census']),
    archive: startProcessors(stores, ['archive']),
  }
}

function startProcessors(stores: OwnStores, names: readonly string[]): Supervised {
  let ending = false
  let current: ChildProcess
  const begin = () => {
    current = spawnProcessors(stores, names)
    current.once('exit', () => {
      if (!ending) begin()
    })
  }
  begin()
  return {
    async end() {
      ending = true
      if (current.exitCode !== null || current.signalCode !== null) return
      current.kill('SIGTERM')
      await once(current, 'exit')
    },
  }
}

function spawnProcessors({ addresses }: OwnStores, names: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(root, 'processors/main.ts'), ...names], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      ...addresses,
      WINDOWS: recordIds.map(record => `${record}=10s/2s`).join(','),
      OUT_OF_ORDERNESS_MS: '500',
      IDLE_TIMEOUT_MS: '2000',
      EMIT_EVERY_MS: '200',
      CORRECT_SETTLE_MS: '200',
      CENSUS_WINDOW: '5000',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'error',
    },
    stdio: 'inherit',
  })
}

/** The archive creates the tables, and opens the logs. */
async function untilConnected({ addresses }: OwnStores): Promise<Connection> {
  for (let tries = 300; ; tries--) {
    try {
      return await connect(commandConfig(auditSettings, addresses, 0))
    } catch (error) {
      if (tries === 0) throw error
      await sleep(200)
    }
  }
}
