import type { Asset } from '../../platform/assets/asset.ts'
import type { Clock } from '../../platform/clock.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { Receipt, Rejection } from '../intake.ts'
import { Refusal } from '../pipeline/refusal.ts'
import type { Outgoing } from '../sink/send-queue.ts'
import type { KnownAssets } from './known-assets.ts'
import { parseAsset, sameAsset } from './parse-asset.ts'

export interface RegistrationOptions {
  readonly assets: Pick<KnownAssets, 'get' | 'writing' | 'written' | 'doubtful'>
  readonly encode: (topic: string, value: unknown) => Buffer
  readonly send: (messages: readonly Outgoing[]) => Promise<void>
  readonly clock: Clock
}

/** Registers assets one request after another, so that the last request wins in the log too. */
export class AssetRegistration {
  private readonly options: RegistrationOptions
  private last: Promise<unknown> = Promise.resolve()
  private lastUpdate = 0

  constructor(options: RegistrationOptions) {
    this.options = options
  }

  /** @throws CodedError `broker_unavailable`. */
  register(items: readonly unknown[]): Promise<Receipt> {
    const turn = this.last.then(() => this.registerNow(items))
    // The next request's turn comes whatever becomes of this one; its sender sees the error.
    this.last = turn.catch(() => undefined)
    return turn
  }

  private async registerNow(items: readonly unknown[]): Promise<Receipt> {
    const { assets, clock, encode, send } = this.options
    // Names one write: two requests in the same millisecond must not share it.
    this.lastUpdate = Math.max(clock.now(), this.lastUpdate + 1)
    const rejected: Rejection[] = []
    const changed = new Map<string, Asset>()
    for (const [index, item] of items.entries()) {
      const asset = parseAsset(item, this.lastUpdate)
      if (asset instanceof Refusal) {
        rejected.push({ index, code: asset.code, message: asset.message })
        continue
      }
      if (!sameAsset(asset, assets.get(asset.asset_id))) changed.set(asset.asset_id, asset)
      else changed.delete(asset.asset_id)
    }
    const written = [...changed.values()]
    assets.writing(written)
    try {
      await send(
        written.map(asset => ({
          topic: topicNames.assets,
          key: asset.asset_id,
          value: encode(topicNames.assets, asset),
        })),
      )
    } catch (error) {
      assets.doubtful(written)
      throw error
    }
    assets.written(written)
    return { accepted: items.length - rejected.length, rejected }
  }
}
