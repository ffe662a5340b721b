import type { InjectedFault } from '../faults/inject-faults.ts'
import type { Sighting } from './regional-watch.ts'

/** How long after the end of a fault values were live again, ms; null where the run ended before. */
export interface Recovery {
  readonly kind: string
  /** Until the open window had readings from after the fault, in every record type that is watched. */
  readonly liveMs: number | null
  /** Until a window that ended after the fault was final, in every record type that is watched. */
  readonly finalMs: number | null
}

export interface KindRecovery {
  readonly kind: string
  readonly faults: number
  readonly liveP50Ms: number | null
  readonly liveMaxMs: number | null
  readonly finalP50Ms: number | null
  readonly finalMaxMs: number | null
  /** Faults after which the run ended before values were final again. */
  readonly unseen: number
}

/** Recovery from each fault, with whatever else was going on. */
export function recoveries(
  faults: readonly InjectedFault[],
  sightings: readonly Sighting[],
  records: readonly string[],
): readonly Recovery[] {
  const after = (endedAt: number, isNews: (sighting: Sighting) => boolean): number | null => {
    const waits = records.map(record => {
      const first = sightings.find(
        sighting => sighting.at >= endedAt && sighting.record === record && isNews(sighting),
      )
      return first ? first.at - endedAt : null
    })
    return waits.reduce<number | null>(
      (longest, wait) => (longest === null || wait === null ? null : Math.max(longest, wait)),
      0,
    )
  }
  return faults.map(({ kind, endedAt }) => ({
    kind,
    liveMs: after(endedAt, ({ eventTimeMax }) => eventTimeMax !== null && eventTimeMax > endedAt),
    finalMs: after(endedAt, ({ final, windowEnd }) => final && windowEnd > endedAt),
  }))
}

export function recoveryByKind(all: readonly Recovery[]): readonly KindRecovery[] {
  const kinds = [...new Set(all.map(({ kind }) => kind))]
  return kinds.map(kind => {
    const own = all.filter(recovery => recovery.kind === kind)
    const live = sorted(own.map(({ liveMs }) => liveMs))
    const final = sorted(own.map(({ finalMs }) => finalMs))
    return {
      kind,
      faults: own.length,
      liveP50Ms: median(live),
      liveMaxMs: live.at(-1) ?? null,
      finalP50Ms: median(final),
      finalMaxMs: final.at(-1) ?? null,
      unseen: own.length - final.length,
    }
  })
}

function sorted(times: readonly (number | null)[]): readonly number[] {
  return times.filter(time => time !== null).sort((left, right) => left - right)
}

/** The middle one, the greater of two. */
function median(times: readonly number[]): number | null {
  return times[times.length >> 1] ?? null
}
