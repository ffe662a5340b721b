import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { isRefused, type Refused, type RestClient } from '../../protocol/rest-client.ts'
import { useAsked } from '../hooks/use-asked.ts'
import { useShared } from '../wall-context.ts'

/** How far back the comparison goes; the longest that is stored. */
export type BeforeSpan = 'week' | 'day' | 'hour'

export type Before =
  | { readonly kind: 'known'; readonly span: BeforeSpan; readonly values: ReadonlyMap<string, number> }
  /** asking: not answered yet. none: nothing is stored of then. away: it cannot be read now. */
  | { readonly kind: 'asking' | 'none' | 'away' }

const hourMs = 3_600_000
const spans: readonly (readonly [BeforeSpan, number])[] = [
  ['week', 168 * hourMs],
  ['day', 24 * hourMs],
  ['hour', hourMs],
]
const everyMs = 300_000

/** The values of a KPI a week ago, by region; of a day or an hour ago while there is no week of data. */
export function useBefore(kpi: Kpi, places: readonly Region[]): Before {
  const { wall, rest } = useShared()
  const { now, connection } = wall.pulse.value
  const codes = places.map(({ code }) => code)
  const key = now === null || connection.kind !== 'live' ? null : `${kpi.id}|${codes.join(' ')}`
  const found = useAsked(key, () => lookBack(rest, kpi, codes, wall.pulse.peek().now ?? 0), everyMs)
  if (found === null) return { kind: 'asking' }
  if (found === 'away') return { kind: 'away' }
  return found
}

async function lookBack(
  rest: RestClient,
  kpi: Kpi,
  codes: readonly string[],
  now: number,
): Promise<Before | Refused> {
  for (const [span, backMs] of spans) {
    // The full hour that ended then: hours are exact, and one window alone says little.
    const to = Math.floor((now - backMs) / hourMs) * hourMs
    const answer = await rest.series(kpi.id, codes, to - hourMs, to, '1h')
    if (isRefused(answer)) return answer
    const values = new Map<string, number>()
    for (const [region, points] of answer) {
      const value = points.at(-1)?.value ?? null
      if (value !== null) values.set(region, value)
    }
    if (values.size > 0) return { kind: 'known', span, values }
  }
  return { kind: 'none' }
}
