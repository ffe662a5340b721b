import { isDeepStrictEqual } from 'node:util'
import type { Asset } from '../../platform/assets/asset.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import { countyInForce } from '../../schemas/regions/regions.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { IntakeBatch, Receipt, Sender, SenderScope } from '../intake.ts'
import { IgnoredFields } from '../pipeline/ignored-fields.ts'
import type { LoopTurns } from '../pipeline/loop-turns.ts'
import { Refusal, shown } from '../pipeline/refusal.ts'
import { Rejections } from '../pipeline/rejections.ts'
import type { Outgoing } from '../sink/send-queue.ts'
import { isBeforeExpected, reconciled, withHistory } from './asset-history.ts'
import type { KnownAssets, Written } from './known-assets.ts'
import { parseAsset, sameAsset, unknownAssetFields } from './parse-asset.ts'

export interface RegistrationOptions {
  readonly assets: Pick<KnownAssets, 'get' | 'writing' | 'written' | 'doubtful'>
  readonly encode: (topic: string, value: unknown) => Buffer
  readonly send: (messages: readonly Outgoing[], signal?: AbortSignal) => Promise<void>
  readonly turns: LoopTurns
  readonly clock: Clock
}

export interface AssetBatch extends IntakeBatch {
  readonly rejections: Rejections
}

/** An asset that was not refused for itself, and its place in the batch. */
interface Offered {
  readonly index: number
  readonly asset: Asset
}

/** What an asset holds in memory until it is written, with its message: measured as about 900 bytes. */
const heldBytes = 1_000
/** Assets of one turn of the event loop. */
const sliceAssets = 1_000

/** Registers assets one request after another, so that the last request wins in the log too. */
export class AssetRegistration {
  private readonly options: RegistrationOptions
  private last: Promise<unknown> = Promise.resolve()
  private lastUpdate = 0

  constructor(options: RegistrationOptions) {
    this.options = options
  }

  batch({ scope }: Sender, maxListed: number): AssetBatch {
    const rejections = new Rejections(maxListed)
    const ignored = new IgnoredFields()
    const offered: Offered[] = []
    let items = 0
    return {
      rejections,
      add: some => {
        const before = offered.length
        for (const item of some) {
          const asset = parseAsset(item, 0)
          if (asset instanceof Refusal) rejections.add(items, asset)
          else {
            offered.push({ index: items, asset })
            for (const name of unknownAssetFields(item as object)) ignored.add(name)
          }
          items++
        }
        return (offered.length - before) * heldBytes
      },
      send: signal => {
        const turn = this.inTurn(() => this.register(offered, scope, rejections, signal))
        return turn.then((): Receipt => ({ ...rejections.receipt(items), ...ignored.receipt() }))
      },
    }
  }

  /** @throws CodedError `broker_unavailable`. */
  private async register(
    offered: readonly Offered[],
    scope: SenderScope | null,
    rejections: Rejections,
    signal?: AbortSignal,
  ): Promise<void> {
    const { assets, turns } = this.options
    const now = this.nextUpdate()
    const changed = new Map<string, Offered>()
    for (const [position, { index, asset }] of offered.entries()) {
      if (position % sliceAssets === 0) await turns.next()
      const current = changed.get(asset.asset_id)?.asset ?? assets.get(asset.asset_id)
      const foreign = scope === null ? null : beyondScope(asset, current, scope)
      if (foreign) rejections.add(index, foreign)
      else if (!sameAsset(asset, assets.get(asset.asset_id))) {
        const kept = withHistory(asset, assets.get(asset.asset_id), now)
        changed.set(asset.asset_id, { index, asset: { ...kept, updated_at: now } })
      } else changed.delete(asset.asset_id)
    }
    const refuse = (asset: Asset, refusal: Refusal) => {
      const index = changed.get(asset.asset_id)?.index
      if (index !== undefined) rejections.add(index, refusal)
    }
    await this.write(
      [...changed.values()].map(({ asset }) => asset),
      'registered',
      signal,
      refuse,
    )
  }

  /**
   * Assets gave readings of before they are expected to: from now on they are expected since then.
   * @param times event time of the earliest reading, epoch ms, by asset
   * @throws CodedError `broker_unavailable`
   */
  expectSince(times: ReadonlyMap<string, number>, signal?: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      const now = this.nextUpdate()
      const earlier = [...times].flatMap(([id, time]): readonly Asset[] => {
        const asset = this.options.assets.get(id)
        return asset && isBeforeExpected(asset, time)
          ? [{ ...asset, expected_from: time, updated_at: now }]
          : []
      })
      await this.write(earlier, 'expected', signal)
    })
  }

  /** Another process had written the asset when ours came after it, without knowing: nothing of both is lost. */
  reconcile({ asset: mine, why }: Written, theirs: Asset): Promise<void> {
    return this.inTurn(async () => {
      const asset = reconciled(mine, theirs, why === 'registered')
      // Somebody has written it once more: that holds.
      if (this.options.assets.get(mine.asset_id)?.updated_at !== mine.updated_at) return
      if (isDeepStrictEqual(asset, mine)) return
      await this.write([{ ...asset, updated_at: this.nextUpdate() }], why)
    })
  }

  private async write(
    assets: readonly Asset[],
    why: Written['why'],
    signal?: AbortSignal,
    refuse?: (asset: Asset, refusal: Refusal) => void,
  ): Promise<void> {
    if (assets.length === 0) return
    const { assets: known, encode, send, turns } = this.options
    const written: Asset[] = []
    const messages: Outgoing[] = []
    for (const [position, asset] of assets.entries()) {
      if (position % sliceAssets === 0) await turns.next()
      try {
        const value = encode(topicNames.assets, asset)
        messages.push({ topic: topicNames.assets, key: asset.asset_id, value })
        written.push(asset)
      } catch (error) {
        // An error at one asset is that asset's, and no other's, where somebody is told of it.
        if (!refuse) throw error
        refuse(asset, new Refusal('not_encodable', messageOf(error)))
      }
    }
    known.writing(written, why)
    try {
      await send(messages, signal)
    } catch (error) {
      known.doubtful(written)
      throw error
    }
    known.written(written)
  }

  /** One write after another. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work)
    // The next one's turn comes whatever becomes of this one; its sender sees the error.
    this.last = turn.catch(() => undefined)
    return turn
  }

  /** Names one write: two in the same millisecond must not share it. */
  private nextUpdate(): number {
    this.lastUpdate = Math.max(this.options.clock.now(), this.lastUpdate + 1)
    return this.lastUpdate
  }
}

/** Why the sender may not register this, or null: an asset is moved only by who may have it before and after. */
function beyondScope(asset: Asset, current: Asset | undefined, scope: SenderScope): Refusal | null {
  const isWithin = ({ record, county }: Asset) =>
    scope.records.has(record) && scope.counties.has(countyInForce(county) ?? '')
  if (!isWithin(asset)) {
    return new Refusal(
      'forbidden_asset',
      `${shown(asset.asset_id)}: this key may not register ${asset.record} in ${asset.county}`,
    )
  }
  if (!current || isWithin(current)) return null
  return new Refusal(
    'forbidden_asset',
    `${shown(asset.asset_id)} is registered where this key has nothing to say`,
  )
}
