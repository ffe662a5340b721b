import type { Kafka } from 'kafkajs'
import type { Asset } from '../../platform/assets/asset.ts'
import { AssetRegistry } from '../../platform/assets/asset-registry.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { LogReader, Standing } from '../../platform/ready/log-lag.ts'
import type { AssetLookup } from '../pipeline/enrich.ts'

/** A write of ours to `registry.assets` that has not come back to us through the log. */
interface Write extends Written {
  /** The version that was known when it was made. */
  readonly upon: number | undefined
  acknowledged: boolean
}

export interface Written {
  readonly asset: Asset
  /** By its sender; or it is expected since an earlier time, and the rest is as it was known. */
  readonly why: 'registered' | 'expected'
}

/**
 * The asset registry as this process knows it: what it follows in `registry.assets`, and before that what Kafka has
 * acknowledged of its own writes, so that readings posted right after their assets find them. Once a write is seen in
 * the log, the log alone says which of several writers' versions is the last.
 */
export class KnownAssets implements AssetLookup, Resource, LogReader {
  readonly name = 'known assets'
  readonly topics: readonly string[]
  private readonly registry: AssetRegistry
  private readonly writes = new Map<string, Write>()
  private crossed: ((write: Written, theirs: Asset) => void) | undefined

  constructor(kafka: Kafka, schemas: SchemaRegistry, log: Log, metrics: Metrics) {
    this.registry = new AssetRegistry({
      kafka,
      registry: schemas,
      follower: 'ingest',
      log,
      metrics,
      onChange: ({ asset_id, updated_at }, before) => {
        const write = this.writes.get(asset_id)
        if (write?.asset.updated_at !== updated_at) return
        this.writes.delete(asset_id)
        if (before && before.updated_at !== write.upon) this.crossed?.(write, before)
      },
    })
    this.topics = this.registry.topics
  }

  /** @param told of a write of ours that came after another process's, of which it did not know */
  onCrossed(told: (write: Written, theirs: Asset) => void): void {
    this.crossed = told
  }

  get size(): number {
    return this.registry.size
  }

  get(assetId: string): Asset | undefined {
    if (this.writes.size > 0) {
      const write = this.writes.get(assetId)
      if (write?.acknowledged) return write.asset
    }
    return this.registry.get(assetId)
  }

  /** Call before the assets are sent to Kafka. */
  writing(assets: Iterable<Asset>, why: Written['why']): void {
    for (const asset of assets) {
      const upon = this.get(asset.asset_id)?.updated_at
      this.writes.set(asset.asset_id, { asset, why, upon, acknowledged: false })
    }
  }

  /** Call once Kafka has acknowledged them. */
  written(assets: Iterable<Asset>): void {
    for (const { asset_id } of assets) {
      const write = this.writes.get(asset_id)
      if (write) write.acknowledged = true
    }
  }

  /** Call when it is not known whether they were written: the log will tell. */
  doubtful(assets: Iterable<Asset>): void {
    for (const { asset_id } of assets) this.writes.delete(asset_id)
  }

  standings(): readonly Standing[] | undefined {
    return this.registry.standings()
  }

  start(): Promise<void> {
    return this.registry.start()
  }

  stop(): Promise<void> {
    return this.registry.stop()
  }
}
