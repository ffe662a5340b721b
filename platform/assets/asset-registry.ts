import type { Kafka } from 'kafkajs'
import { topicNames } from '../../schemas/topics.ts'
import { AvroReader } from '../avro/avro-reader.ts'
import type { SchemaRegistry } from '../avro/schema-registry.ts'
import { messageOf } from '../errors.ts'
import { TopicFollower } from '../kafka/topic-follower.ts'
import type { Resource } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { LogReader, Standing } from '../ready/log-lag.ts'
import type { Asset } from './asset.ts'

export interface AssetRegistryOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly follower: string
  readonly log: Log
  readonly metrics: Metrics
  /** Told of every change, after it was applied; `before` is undefined for a new asset. */
  readonly onChange?: (asset: Asset, before: Asset | undefined) => void
}

/** The asset registry in memory, following `registry.assets`; complete once started. */
export class AssetRegistry implements Resource, LogReader {
  readonly name = 'asset registry'
  readonly topics = [topicNames.assets]
  private readonly byId = new Map<string, Asset>()
  private readonly follower: TopicFollower

  constructor({ kafka, registry, follower, log, metrics, onChange }: AssetRegistryOptions) {
    const reader = new AvroReader<Asset>(registry, topicNames.assets)
    const undecodable = metrics.counter(
      'assets_undecodable',
      'Messages of registry.assets that cannot be read',
    )
    const decoded = (value: Buffer, offset: string): Asset | undefined => {
      try {
        return reader.decode(value)
      } catch (error) {
        undecodable.inc()
        log.error({ topic: topicNames.assets, offset, reason: messageOf(error) }, 'an asset cannot be read')
        return undefined
      }
    }
    this.follower = new TopicFollower({
      kafka,
      topic: topicNames.assets,
      follower,
      from: 'beginning',
      log,
      onMessages: async messages => {
        await reader.prepare(messages)
        for (const { value, offset } of messages) {
          const asset = value && decoded(value, offset)
          if (!asset) continue
          const before = this.byId.get(asset.asset_id)
          this.byId.set(asset.asset_id, asset)
          onChange?.(asset, before)
        }
      },
    })
  }

  get size(): number {
    return this.byId.size
  }

  get(assetId: string): Asset | undefined {
    return this.byId.get(assetId)
  }

  values(): IterableIterator<Asset> {
    return this.byId.values()
  }

  standings(): readonly Standing[] | undefined {
    return this.follower.standings()
  }

  start(): Promise<void> {
    return this.follower.start()
  }

  stop(): Promise<void> {
    return this.follower.stop()
  }
}
