import { hash, uniform } from '../../../ingest/simulator/random.ts'
import { records } from '../../../schemas/records/records.ts'
import { identityOf } from '../../identity.ts'
import { brokenText } from './broken.ts'
import type { Stream } from './province.ts'
import { type SentValues, type Values, valuesOf } from './values.ts'

/** What becomes of a slot: a reading in time or late, one that was sent before, or something that has to be refused. */
export type SlotKind = 'timely' | 'late' | 'repeated' | 'contradicted' | 'broken' | 'unknown'

/** One item of a request. */
export interface Item {
  readonly kind: SlotKind
  readonly assetId: string
  readonly county: string
  /** Epoch ms. */
  readonly eventTime: number
  /** What makes it the same reading as another one. */
  readonly identity: string
  /** As it is sent. */
  readonly text: string
  /** Why ingest has to doubt it; null where it must not. */
  readonly doubt: string | null
}

/** Chances of the kinds that are not timely. */
const chances: readonly (readonly [SlotKind, number])[] = [
  ['late', 0.05],
  ['repeated', 0.025],
  ['contradicted', 0.015],
  ['broken', 0.015],
  ['unknown', 0.005],
]
/** Chance of an event in time to be of the millisecond of the slot before. */
const togetherChance = 0.3
/** How many slots back a repetition may go. */
const reach = 6

/**
 * What a stream sends is a function of the seed, the slot's number and when the load began: nothing is kept of what
 * waits to be sent, however far the sender falls behind.
 */
export class Schedule {
  readonly stream: Stream
  private readonly startMs: number

  constructor(stream: Stream, startMs: number) {
    this.stream = stream
    this.startMs = startMs
  }

  /** When the slot is to be sent, epoch ms. */
  dueAt(slot: number): number {
    const { phaseMs, periodMs } = this.stream
    return this.startMs + phaseMs + Math.floor(slot * periodMs)
  }

  /** @param aheadMs by how much the sender's clock is ahead */
  item(slot: number, aheadMs: number): Item {
    const kind = this.kindOf(slot)
    const { asset, record, key } = this.stream
    switch (kind) {
      case 'timely':
      case 'late':
        return this.reading(kind, slot, 0, aheadMs)
      case 'repeated':
        return this.reading(kind, this.original(slot) ?? slot, 0, aheadMs)
      case 'contradicted':
        return this.reading(kind, this.original(slot) ?? slot, 1, aheadMs)
      case 'broken': {
        const { eventTime, values } = this.content(slot, 0, aheadMs)
        return this.shaped(kind, eventTime, values, brokenText(record, asset, values, hash(key, slot, 41)))
      }
      case 'unknown': {
        const { eventTime, values } = this.content(slot, 0, aheadMs)
        return this.shaped(
          kind,
          eventTime,
          values,
          JSON.stringify({ ...values, asset_id: `${asset.asset_id}-nobody` }),
        )
      }
    }
  }

  private kindOf(slot: number): SlotKind {
    const share = uniform(this.stream.key, slot, 40)
    let sum = 0
    for (const [kind, chance] of chances) {
      sum += chance
      if (share >= sum) continue
      const again = kind === 'repeated' || kind === 'contradicted'
      return again && this.original(slot) === undefined ? 'timely' : kind
    }
    return 'timely'
  }

  /** An earlier slot that sent a reading of its own. */
  private original(slot: number): number | undefined {
    const first = 1 + (hash(this.stream.key, slot, 42) % 3)
    for (let back = first; back <= reach && back <= slot; back++) {
      const share = uniform(this.stream.key, slot - back, 40)
      const again = chances.slice(1).reduce((sum, [, chance]) => sum + chance, chances[0]?.[1] ?? 0)
      if (share >= again || share < (chances[0]?.[1] ?? 0)) return slot - back
    }
    return undefined
  }

  private reading(kind: SlotKind, slot: number, variant: number, aheadMs: number): Item {
    const { eventTime, values, doubt } = this.content(slot, variant, aheadMs)
    return this.shaped(kind, eventTime, values, JSON.stringify(values), doubt)
  }

  private shaped(
    kind: SlotKind,
    eventTime: number,
    values: Values,
    text: string,
    doubt: string | null = null,
  ): Item {
    const { asset, record } = this.stream
    const { asset_id: assetId, county } = asset
    return {
      kind,
      assetId,
      county,
      eventTime,
      identity: identityOf(record, assetId, eventTime, values),
      text,
      doubt,
    }
  }

  private content(
    slot: number,
    variant: number,
    aheadMs: number,
  ): SentValues & { readonly eventTime: number } {
    const { asset, record, key, gateway } = this.stream
    const eventTime = this.momentOf(slot) + aheadMs
    const written = uniform(key, slot, 43) < 0.2 ? inChina(eventTime) : eventTime
    const { values: own, doubt } = valuesOf(record, asset, key, slot, variant, eventTime)
    const values = {
      asset_id: asset.asset_id,
      event_time: written,
      source: `gateway-${gateway}`,
      ...own,
    }
    return { eventTime, values, doubt }
  }

  /** When it was so, by a right clock: events come in twos and threes of one millisecond, readings of samples never. */
  private momentOf(slot: number): number {
    const { key, record } = this.stream
    const together =
      !records[record].periodic &&
      slot > 0 &&
      uniform(key, slot, 46) < togetherChance &&
      this.kindOf(slot) === 'timely'
    return together ? this.momentOf(slot - 1) : this.dueAt(slot) - this.latenessOf(slot)
  }

  /** Seconds mostly, minutes sometimes. */
  private latenessOf(slot: number): number {
    const { key } = this.stream
    if (uniform(key, slot, 40) >= (chances[0]?.[1] ?? 0)) return 0
    const longest = uniform(key, slot, 44) < 0.75 ? 20_000 : 420_000
    return 1000 + Math.floor(uniform(key, slot, 45) * longest)
  }
}

const chinaOffsetMs = 8 * 3_600_000

/** RFC 3339 in the province's time. */
function inChina(epochMs: number): string {
  return new Date(epochMs + chinaOffsetMs).toISOString().replace('Z', '+08:00')
}
