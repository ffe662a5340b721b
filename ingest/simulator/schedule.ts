import type { PeriodicFeed } from './feeds/feed.ts'

/** Device numbers take the low bits of an entry, the phase the rest; both fit a double exactly. */
const deviceBits = 2 ** 24

/** Which devices report when: their phases sorted once, eight bytes a device. */
export interface Schedule {
  /** Calls `visit` for each device due in [from, to), epoch ms, in order of time. */
  due(from: number, to: number, visit: (device: number, dueAt: number) => void): void
}

export function scheduleOf({ population, periodMs, phaseMs }: PeriodicFeed): Schedule {
  const entries = Float64Array.from(
    { length: population.size },
    (_, device) => phaseMs(device) * deviceBits + device,
  ).sort()
  return {
    due(from, to, visit) {
      for (let period = Math.floor(from / periodMs); period * periodMs < to; period++) {
        const base = period * periodMs
        for (let index = firstAtPhase(entries, from - base); index < entries.length; index++) {
          const entry = entries[index] ?? 0
          const phase = Math.floor(entry / deviceBits)
          if (base + phase >= to) break
          visit(entry - phase * deviceBits, base + phase)
        }
      }
    },
  }
}

/** Index of the first entry whose phase is at least `phaseMs`. */
function firstAtPhase(entries: Float64Array, phaseMs: number): number {
  const wanted = phaseMs * deviceBits
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
