import { countIn, countyCode, countyOf, type Province } from '../province.ts'
import { hash, roundedAt, split, uniform } from '../random.ts'
import type { FeedEvent } from './feed.ts'
import { cellId, siteId } from './radio.ts'

const minuteMs = 60_000
/** Alarms are drawn second by second. */
const slotMs = 1000
const stormSlotMs = 10 * minuteMs
/** Chance of a storm in a storm slot: one in about 100 minutes over the province. */
const stormChance = 0.1
const stormMs = 20_000
/** No alarm stands longer. */
const longestAlarmMs = 30 * minuteMs
const shortestAlarmMs = minuteMs
/** Alarms that come with another one of the same device in the same millisecond, as they do when power fails. */
const pairShare = 0.08
const resyncMs = 3 * 24 * 60 * minuteMs
const resyncStepMs = 60 * minuteMs
const resyncLimit = 10_000

/** X.733 severities with the share of alarms up to and including each: assumed, as network operators see them. */
const severities = [
  ['CRITICAL', 0.04],
  ['MAJOR', 0.22],
  ['MINOR', 0.6],
  ['WARNING', 0.97],
  ['INDETERMINATE', 1],
] as const

/** ITU-T X.733 probable causes and what vendors make of them. */
const causes = [
  ['powerProblem', 'mains supply lost, on battery'],
  ['communicationsSubsystemFailure', 'backhaul link down'],
  ['equipmentMalfunction', 'radio unit does not answer'],
  ['temperatureUnacceptable', 'cabinet above 55 °C'],
  ['degradedSignal', 'VSWR above threshold'],
  ['timingProblem', 'synchronisation reference lost'],
  ['softwareError', 'process restarted'],
] as const

interface Alarm {
  readonly id: string
  readonly asset: string
  readonly county: number
  readonly raisedAt: number
  readonly clearedAt: number
  readonly severity: string
  readonly cause: (typeof causes)[number]
}

/** The other alarm of a pair: of another cause, raised and cleared with the first one. */
function withIt(alarm: Alarm): Alarm {
  const cause = causes[(causes.indexOf(alarm.cause) + 1) % causes.length] ?? causes[0]
  return { ...alarm, id: `${alarm.id}b`, cause }
}

/** How long an alarm stands, ms: most are short. */
function heldMs(u: number): number {
  return Math.floor(shortestAlarmMs * (longestAlarmMs / shortestAlarmMs) ** u)
}

export interface Alarms {
  /** The raises in [from, to) and, with them, their clears up to half an hour later. */
  raised(from: number, to: number): readonly FeedEvent[]
  /** The clears still to come, at `now`, of alarms raised before. */
  standing(now: number): readonly FeedEvent[]
  /**
   * What a network management system says of the past when it is back after a stop, stamped `now`: the critical alarms
   * raised within the last three days that are cleared, newest first up to a limit, so that none stands for ever.
   */
  resynchronise(now: number): readonly FeedEvent[]
}

/** Alarms of sites and cells: each raised, and cleared 1 to 30 minutes later; now and then a storm in one county. */
export function alarmsOf(province: Province): Alarms {
  const { seed, scale, sites, cells } = province
  const key = split(seed, 'alarms')
  const storms = split(key, 'storms')
  const power = split(key, 'power back')
  const pairs = split(key, 'pairs')
  const perSlot = scale.alarmsPerS * (slotMs / 1000)

  const alarm = (kind: 'a' | 's', slot: number, n: number, raisedAt: number, device: number): Alarm => {
    const dice = split(hash(key, slot, n), kind)
    const onSite = uniform(dice, 1) < 0.5
    const population = onSite ? sites : cells
    const index = device % population.size
    const severity = uniform(dice, 3)
    return {
      id: `${kind}${slot.toString(36)}-${n}`,
      asset: onSite ? siteId(province, index) : cellId(province, index),
      county: countyOf(population, index),
      raisedAt,
      clearedAt: raisedAt + heldMs(uniform(dice, 4)),
      severity: severities.find(([, share]) => severity < share)?.[0] ?? 'INDETERMINATE',
      cause: causes[Math.floor(uniform(dice, 5) * causes.length)] ?? causes[0],
    }
  }

  const inSlot = (slot: number): Alarm[] => {
    const count = roundedAt(perSlot, uniform(key, slot))
    return Array.from({ length: count }, (_, n) => {
      const offset = Math.floor((slotMs * (n + uniform(key, slot, 2 * n + 2))) / count)
      return alarm('a', slot, n, slot * slotMs + offset, hash(key, slot, 2 * n + 1))
    }).flatMap(one => (uniform(split(pairs, one.id), slot) < pairShare ? [one, withIt(one)] : [one]))
  }

  /**
   * The part within [from, to) of a burst in one county: every device in turn, and power comes back to a device after
   * one length of time, so that no device has two reports in one millisecond.
   */
  const stormIn = (slot: number, from: number, to: number): Alarm[] => {
    if (uniform(storms, slot) >= stormChance) return []
    const county = hash(storms, slot, 1) % (sites.offsets.length - 1)
    const start = Math.floor(slot * stormSlotMs + uniform(storms, slot, 2) * (stormSlotMs - stormMs))
    if (start >= to || start + stormMs <= from) return []
    const count = Math.floor((150 + 250 * uniform(storms, slot, 3)) * Math.max(1, 0.4 * scale.scale))
    const alarms: Alarm[] = []
    const first = Math.max(0, Math.floor(((from - start) * count) / stormMs))
    for (let n = first; n < count; n++) {
      const raisedAt = Math.floor(start + (stormMs * n) / count)
      if (raisedAt >= to) break
      if (raisedAt < from) continue
      const cell = (cells.offsets[county] ?? 0) + (n % countIn(cells, county))
      alarms.push({
        ...alarm('s', slot, n, raisedAt, 0),
        clearedAt: raisedAt + heldMs(uniform(power, cell, slot)),
        asset: cellId(province, cell),
        county,
        cause: causes[0],
      })
    }
    return alarms
  }

  /** Alarms raised in [from, to), those of storms too. */
  const raisedIn = (from: number, to: number): Alarm[] => {
    const alarms: Alarm[] = []
    for (let slot = Math.floor(from / slotMs); slot * slotMs < to; slot++) {
      for (const drawn of inSlot(slot)) if (drawn.raisedAt >= from && drawn.raisedAt < to) alarms.push(drawn)
    }
    for (let slot = Math.floor(from / stormSlotMs); slot * stormSlotMs < to; slot++) {
      alarms.push(...stormIn(slot, from, to))
    }
    return alarms
  }

  return {
    raised: (from, to) =>
      raisedIn(from, to).flatMap(alarm => [
        eventOf(alarm, 'raised', alarm.raisedAt),
        eventOf(alarm, 'cleared', alarm.clearedAt),
      ]),
    standing: now =>
      raisedIn(now - longestAlarmMs, now)
        .filter(alarm => alarm.clearedAt >= now)
        .map(alarm => eventOf(alarm, 'cleared', alarm.clearedAt)),
    resynchronise: now => {
      const cleared: Alarm[] = []
      for (let to = now; to > now - resyncMs && cleared.length < resyncLimit; to -= resyncStepMs) {
        const critical = raisedIn(to - resyncStepMs, to).filter(
          ({ severity, clearedAt }) => severity === 'CRITICAL' && clearedAt < now,
        )
        cleared.push(...critical)
      }
      return cleared.slice(0, resyncLimit).map((alarm, n) => eventOf(alarm, 'cleared', now - n))
    },
  }

  function eventOf(
    { id, asset, county, severity, cause }: Alarm,
    state: 'raised' | 'cleared',
    at: number,
  ): FeedEvent {
    const item = {
      asset_id: asset,
      event_time: at,
      alarm_id: `${countyCode(county)}-${id}`,
      state,
      perceived_severity: state === 'cleared' ? 'CLEARED' : severity,
      probable_cause: cause[0],
      specific_problem: cause[1],
    }
    return { record: 'radio_alarm', feed: 'radio', county, item }
  }
}
