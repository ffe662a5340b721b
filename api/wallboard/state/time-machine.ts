import type { Cell } from '../../../schemas/protocol/stream.ts'
import { childrenOf, type Region } from '../../../schemas/regions/regions.ts'
import { cellKey } from '../../client/stream-client.ts'
import type { Corrections, FiredAlert } from '../protocol/parse-past.ts'
import { cityOf, feedCards } from './catalogue.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** The province's clocks are ahead of UTC by so much; marks of the slider stand at its full hours. */
const zoneMs = 8 * hour

/** How far back the slider reaches, and how far apart its marks are, ms. */
export const spans = {
  '6h': { ms: 6 * hour, marksMs: hour },
  '1d': { ms: day, marksMs: 3 * hour },
  '3d': { ms: 3 * day, marksMs: 12 * hour },
  '7d': { ms: 7 * day, marksMs: day },
} as const
export type Span = keyof typeof spans
export const spanNames = ['6h', '1d', '3d', '7d'] as const satisfies readonly Span[]

/** Event time per wall time while it plays. */
export const playSpeed = 60

export function toMinute(epochMs: number): number {
  return Math.floor(epochMs / minute) * minute
}

/** The shortest span that reaches back to a time. */
export function spanReaching(at: number, to: number): Span {
  return spanNames.find(name => at >= to - spans[name].ms) ?? '7d'
}

/** Within the slider, at a full minute. */
export function within(at: number, from: number, to: number): number {
  return toMinute(Math.min(to, Math.max(from, at)))
}

/** Full hours or days, in the province's time, between two times. */
export function marksBetween(from: number, to: number, everyMs: number): readonly number[] {
  const first = Math.ceil((from + zoneMs) / everyMs) * everyMs - zoneMs
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / everyMs) + 1) },
    (_, i) => first + i * everyMs,
  )
}

/** A place on the slider where values were corrected. */
export interface Tick {
  /** Middle of the slot, epoch ms. */
  readonly at: number
  /** Along the slider, per cent. */
  readonly along: number
  readonly values: number
  /** Of the tallest one, 0..1; by order of magnitude. */
  readonly height: number
}

export function ticksOf({ corrections, slot_ms }: Corrections, from: number, to: number): readonly Tick[] {
  const most = Math.max(1, ...corrections.map(({ values }) => values))
  return corrections.flatMap(({ at, values }) => {
    const middle = at + slot_ms / 2
    if (middle < from || middle > to) return []
    const height = Math.log1p(values) / Math.log1p(most)
    return [{ at: middle, along: ((middle - from) / (to - from)) * 100, values, height }]
  })
}

/** A place on the slider where alerts fired. */
export interface AlertTick {
  /** Along the slider, per cent. */
  readonly along: number
  readonly alerts: number
  readonly isCritical: boolean
  /** When the first of them fired, epoch ms. */
  readonly at: number
}

const alertPlaces = 120

/** Where alerts fired; those that stand too near to be told apart are one. */
export function alertTicksOf(alerts: readonly FiredAlert[], from: number, to: number): readonly AlertTick[] {
  const fired = alerts.flatMap(({ fired_at: at, severity }) =>
    at === null || at < from || at > to ? [] : [{ at, isCritical: severity === 'critical' }],
  )
  const places = Map.groupBy(fired, ({ at }) => Math.round(((at - from) / (to - from)) * alertPlaces))
  return [...places]
    .sort(([one], [other]) => one - other)
    .map(([place, all]) => ({
      along: (place / alertPlaces) * 100,
      alerts: all.length,
      isCritical: all.some(({ isCritical }) => isCritical),
      at: Math.min(...all.map(({ at }) => at)),
    }))
}

export interface Needed {
  readonly regions: readonly string[]
  readonly kpis: readonly string[]
}

export interface OnScreen {
  readonly region: Region
  readonly kpi: string
  /** The cities that may be seen. */
  readonly places: readonly Region[]
  readonly home: string
  /** The counties of the map, where it shows all of them. */
  readonly counties: readonly Region[]
}

/** The cells that the screen shows, in as few questions as ask for little else. */
export function cellsNeeded({ region, kpi, places, home, counties }: OnScreen): readonly Needed[] {
  const city = cityOf(region)
  const mapped = [...places, ...(city ? childrenOf(city.code) : [])].map(({ code }) => code)
  return [
    { regions: [...new Set([region.code, home])], kpis: ['*'] },
    { regions: [...new Set(mapped)], kpis: [...new Set([kpi, ...feedCards.map(({ anchor }) => anchor)])] },
    ...(counties.length > 0 ? [{ regions: counties.map(({ code }) => code), kpis: [kpi] }] : []),
  ]
}

/** A value that is known otherwise now than it was then. */
export interface Change {
  readonly kpi: string
  readonly region: string
  readonly windowStart: number
  /** Null where there was no value; undefined where nothing was known. */
  readonly before: number | null | undefined
  readonly after: number | null
}

/** What differs between the two truths, in the order of the cells as they are known now. */
export function changesBetween(then: readonly Cell[], now: readonly Cell[]): readonly Change[] {
  const known = new Map(then.map(cell => [cellKey(cell.kpi, cell.region), cell]))
  return now.flatMap(cell => {
    const before = known.get(cellKey(cell.kpi, cell.region))
    if (before?.window_start === cell.window_start && before.value === cell.value) return []
    return [
      {
        kpi: cell.kpi,
        region: cell.region,
        windowStart: cell.window_start,
        before: before?.window_start === cell.window_start ? before.value : undefined,
        after: cell.value,
      },
    ]
  })
}
