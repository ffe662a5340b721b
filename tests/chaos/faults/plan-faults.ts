import { split, uniform } from '../../../ingest/simulator/random.ts'
import type { Cast } from '../system/cast.ts'
import { claimsOf, type FaultKind, type PlannedFault } from './fault.ts'

export interface PlanOptions {
  readonly seed: number
  /** How long faults may happen, ms. All are over by then. */
  readonly lengthMs: number
  readonly perMinute: number
  readonly kinds: readonly FaultKind[]
  readonly cast: Cast
}

/** The pipeline gets going first. */
const firstMs = 5_000

/**
 * What happens when, drawn from the seed: equal for equal options. Kinds come as often as they weigh, as from a bag that
 * is shuffled, so that a short run has its share of each; two faults that claim the same never overlap, others may.
 */
export function planFaults({ seed, lengthMs, perMinute, kinds, cast }: PlanOptions): readonly PlannedFault[] {
  const key = split(seed, 'faults')
  let draws = 0
  const draw = () => uniform(key, draws++)
  const busyUntil = new Map<string, number>()
  const planned: PlannedFault[] = []
  let bag: FaultKind[] = []

  const place = (kind: FaultKind, atMs: number): PlannedFault | undefined => {
    const [shortest, longest] = kind.seconds
    const room = (lengthMs - atMs) / 1000
    if (room < shortest) return undefined
    const free = kind
      .targets(cast)
      .filter(target => claimsOf(target).every(claim => (busyUntil.get(claim) ?? 0) <= atMs))
    const target = free[Math.floor(draw() * free.length)]
    if (!target) return undefined
    const seconds = shortest + draw() * (Math.min(longest, room) - shortest)
    return { kind, target, atMs, durationMs: Math.round(seconds * 1000) }
  }
  const next = (atMs: number): PlannedFault | undefined => {
    for (const refill of [false, true]) {
      if (refill) bag = [...bag, ...shuffled(kinds, draw)]
      for (const [index, kind] of bag.entries()) {
        const fault = place(kind, atMs)
        if (!fault) continue
        bag.splice(index, 1)
        return fault
      }
    }
    return undefined
  }

  for (let at = firstMs; at < lengthMs; at += (60_000 / perMinute) * (0.5 + draw())) {
    const fault = next(Math.round(at))
    if (!fault) continue
    planned.push(fault)
    const until = fault.atMs + fault.durationMs + fault.kind.restS * 1000
    for (const claim of claimsOf(fault.target)) busyUntil.set(claim, until)
  }
  return planned
}

/** Every kind as often as it weighs, in any order. */
function shuffled(kinds: readonly FaultKind[], draw: () => number): FaultKind[] {
  return kinds
    .flatMap(kind => Array.from({ length: kind.weight }, () => ({ kind, order: draw() })))
    .sort((left, right) => left.order - right.order)
    .map(({ kind }) => kind)
}
