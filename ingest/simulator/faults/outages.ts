import { type Feed, feeds } from '../../../schemas/records/record.ts'
import { counties } from '../../../schemas/regions/regions.ts'
import { hash, split, uniform } from '../random.ts'

const minuteMs = 60_000
/** At most one outage begins and ends within a slot, so that there is never more than one, nor one across two cities. */
const slotMs = 12 * minuteMs
/** Nine slots in ten have one of 3 to 10 minutes: about half of the time one is under way somewhere. */
const chance = 0.9
const shortestMs = 3 * minuteMs
const longestMs = 10 * minuteMs

/** A county from which nothing comes, or nothing of one feed, in [from, to), epoch ms. */
export interface Outage {
  readonly county: number
  /** Null: all feeds. */
  readonly feed: Feed | null
  readonly from: number
  readonly to: number
}

export interface Outages {
  /** The outage under way at `t`, if there is one. */
  at(t: number): Outage | undefined
  /** The outage that keeps what a county's feed sends at `t` from arriving. */
  silencing(feed: Feed, county: number, t: number): Outage | undefined
}

export function outagesOf(seed: number): Outages {
  const key = split(seed, 'outages')
  let slot = Number.NaN
  let planned: Outage | undefined
  const at = (t: number): Outage | undefined => {
    const wanted = Math.floor(t / slotMs)
    // Asked for every reading, in order of time: only the last slot is kept.
    if (wanted !== slot) {
      slot = wanted
      planned = outageIn(key, wanted)
    }
    return planned && t >= planned.from && t < planned.to ? planned : undefined
  }
  return {
    at,
    silencing(feed, county, t) {
      const outage = at(t)
      if (outage?.county !== county) return undefined
      return outage.feed === null || outage.feed === feed ? outage : undefined
    },
  }
}

function outageIn(key: number, slot: number): Outage | undefined {
  if (uniform(key, slot) >= chance) return undefined
  const length = Math.floor(shortestMs + (longestMs - shortestMs) * uniform(key, slot, 1))
  const from = slot * slotMs + Math.floor((slotMs - length) * uniform(key, slot, 2))
  // One outage in five takes all feeds with it.
  const feed = feeds[hash(key, slot, 3) % (feeds.length + 1)] ?? null
  return { county: hash(key, slot, 4) % counties.length, feed, from, to: from + length }
}
