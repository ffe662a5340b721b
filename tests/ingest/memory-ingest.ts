import { AssetRegistration } from '../../ingest/assets/asset-registration.ts'
import { KafkaIntake } from '../../ingest/pipeline/kafka-intake.ts'
import { LoopTurns } from '../../ingest/pipeline/loop-turns.ts'
import type { Outgoing } from '../../ingest/sink/send-queue.ts'
import type { Asset } from '../../platform/assets/asset.ts'
import { parseSchema, schemaText } from '../../platform/avro/avro-schemas.ts'
import { ManualClock } from '../../platform/clock.ts'
import { Metrics } from '../../platform/metrics.ts'
import { topicOf } from '../../schemas/topics.ts'

export const day = 86_400_000
export const noon = Date.UTC(2026, 6, 1, 12)

/** The whole way of a reading but for Kafka: what would be sent is kept, decoded. */
export function memoryIngest() {
  const clock = new ManualClock(noon)
  const metrics = new Metrics('ingest')
  const known = new Map<string, Asset>()
  const sent: { topic: string; key: string | null; value: Record<string, unknown> }[] = []
  const types = new Map<string, ReturnType<typeof parseSchema>>()
  const typeOf = (topic: string) => {
    const type = types.get(topic) ?? parseSchema(schemaText(topicOf(topic).schema))
    types.set(topic, type)
    return type
  }
  /** Whatever has this in it cannot be encoded. */
  let poison: string | undefined
  const encode = (topic: string, value: unknown) => {
    if (poison !== undefined && JSON.stringify(value).includes(poison)) throw new Error('cannot be encoded')
    return typeOf(topic).toBuffer(value)
  }
  let broker: Error | undefined
  const send = async (messages: readonly Outgoing[]) => {
    if (broker) throw broker
    for (const { topic, key, value } of messages) {
      sent.push({ topic, key, value: { ...typeOf(topic).fromBuffer(value) } })
    }
  }
  const written = (assets: Iterable<Asset>) => {
    for (const asset of assets) known.set(asset.asset_id, asset)
  }
  const assets = {
    get: (id: string) => known.get(id),
    writing: () => undefined,
    written,
    doubtful: () => undefined,
  }
  const turns = new LoopTurns()
  const registration = new AssetRegistration({ assets, encode, send, turns, clock })
  const bounds = { maxFutureMs: 60_000, maxAgeMs: 400 * day }
  const intake = new KafkaIntake({ assets, registration, encode, send, turns, clock, bounds, metrics })
  const failWith = (error: Error | undefined) => {
    broker = error
  }
  const failToEncode = (text: string) => {
    poison = text
  }
  return { intake, turns, sent, clock, metrics, failWith, failToEncode }
}

export const rackAsset = { asset_id: 'rack-1', record: 'rack', kind: 'rack', county: '370102', period_s: 60 }
export const cellAsset = {
  asset_id: 'cell-1',
  record: 'radio_pm',
  kind: 'cell',
  county: '370202',
  period_s: 900,
}
