import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { AvroReader } from '../../../../platform/avro/avro-reader.ts'
import { SchemaRegistry } from '../../../../platform/avro/schema-registry.ts'
import { kpiOf } from '../../../../schemas/kpis/kpis.ts'
import { topicNames } from '../../../../schemas/topics.ts'

/** What identifies a value. */
export interface Held {
  readonly window_start: number
  readonly version: number
  readonly revision: number
  readonly value: number | null
}

/** As much of a message of `kpi.regional` as the rule looks at. */
interface Said {
  readonly region: string
  readonly window_start: number
  readonly version: number
  readonly revision: number
  readonly status: 'provisional' | 'final' | 'corrected'
  readonly coverage: number | null
  readonly kpis: readonly { readonly kpi: string; readonly value: number | null }[]
}

/**
 * The current value of every cell by the documented rule and nothing of the api's: of each window the greatest
 * version and revision; of the windows the newest that is covered, or final.
 */
export function currentCells(log: readonly Said[]): ReadonlyMap<string, Held> {
  const windows = new Map<string, Map<number, Said>>()
  for (const said of log) {
    const ofRegion = windows.get(said.region) ?? new Map<number, Said>()
    windows.set(said.region, ofRegion)
    const held = ofRegion.get(said.window_start)
    const isNewer =
      !held || said.version > held.version || (said.version === held.version && said.revision > held.revision)
    if (isNewer) ofRegion.set(said.window_start, said)
  }
  const cells = new Map<string, Held>()
  for (const [region, ofRegion] of windows) {
    for (const said of [...ofRegion.values()].sort((a, b) => a.window_start - b.window_start)) {
      for (const { kpi, value } of said.kpis) {
        const isCovered = (said.coverage ?? 0) >= (kpiOf(kpi)?.minCoverage ?? 0)
        if (!isCovered && said.status === 'provisional') continue
        const { window_start, version, revision } = said
        cells.set(`${kpi}|${region}`, { window_start, version, revision, value })
      }
    }
  }
  return cells
}

/** All of `kpi.regional` below a position. */
export async function readRegional(
  brokers: string,
  registryUrl: string,
  position: number,
): Promise<readonly Said[]> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: 'failover-check' })
  const reader = new AvroReader<Said>(new SchemaRegistry(registryUrl), topicNames.regional)
  const log: Said[] = []
  await consumer.connect()
  await consumer.subscribe({ topic: topicNames.regional, fromBeginning: true })
  const whole = Promise.withResolvers<void>()
  const take = async (message: KafkaMessage): Promise<void> => {
    await reader.prepare([message])
    if (message.value && Number(message.offset) < position) log.push(reader.decode(message.value))
    if (Number(message.offset) >= position - 1) whole.resolve()
  }
  await consumer.run({ eachMessage: ({ message }) => take(message) })
  await whole.promise
  await consumer.disconnect()
  return log
}
