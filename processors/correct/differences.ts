import type { Measure } from '../../schemas/measures/measure.ts'
import type { KpiValue, RegionalMessage } from '../regional/regional-message.ts'
import type { StoredRegion, WindowToCorrect } from './window-to-correct.ts'

/** One number of a region that is not what is stored. */
export interface Difference {
  /** What kind of number: of a KPI, of a county's measures, or of those that all of them share. */
  readonly kind: 'kpi' | 'measure' | 'shared'
  /** A KPI, its `numerator` or `denominator` where its value is the same; a measure; readings, assets or expected. */
  readonly name: string
  /** Null where there is no value; undefined where nothing is stored. */
  readonly stored: number | null | undefined
  readonly computed: number | null
}

const shared = ['readings', 'assets', 'expected'] as const

/** What a message says that is not stored: nothing where all is well. Pure. */
export function differences(
  message: RegionalMessage,
  window: WindowToCorrect,
  measures: readonly Measure[],
): Difference[] {
  const stored = storedOf(window, message.region)
  return [
    ...message.kpis.flatMap(kpi => kpiDifferences(kpi, stored)),
    ...(message.level === 'county' ? measureDifferences(message, window, measures) : []),
    ...sharedDifferences(message, [stored, window.counties.get(message.region)?.totals ?? stored]),
  ]
}

/** The last revision of a region; of a county whose record type has no KPIs, that of its measures. */
export function storedOf({ counties, regions }: WindowToCorrect, region: string): StoredRegion | undefined {
  const stored = regions.get(region)
  if (stored) return stored
  const county = counties.get(region)
  if (!county) return undefined
  const { totals, revision, version } = county
  const { readings, assets, expected } = totals
  return { revision, version, readings, assets, expected, kpis: new Map() }
}

/** Equal but for rounding: sums of the same readings in another order. An extreme of nothing is infinite. */
export function isClose(left: number | null, right: number | null): boolean {
  if (left === right) return true
  if (left === null || right === null || !Number.isFinite(left) || !Number.isFinite(right)) return false
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right))
}

function isDifferent({ stored, computed }: Difference): boolean {
  return stored === undefined || !isClose(stored, computed)
}

function kpiDifferences(
  { kpi, value, numerator, denominator }: KpiValue,
  stored: StoredRegion | undefined,
): Difference[] {
  const before = stored?.kpis.get(kpi)
  const ofValue: Difference = { kind: 'kpi', name: kpi, stored: before?.value, computed: value }
  if (before === undefined || isDifferent(ofValue)) return [ofValue]
  const parts: Difference[] = [
    { kind: 'kpi', name: `${kpi} numerator`, stored: before.numerator, computed: numerator },
    { kind: 'kpi', name: `${kpi} denominator`, stored: before.denominator, computed: denominator },
  ]
  return parts.filter(isDifferent)
}

/** What the rows of a county's measures and of its KPIs both say. */
function sharedDifferences(
  message: RegionalMessage,
  stored: readonly (Pick<StoredRegion, (typeof shared)[number]> | undefined)[],
): Difference[] {
  return shared.flatMap(name => {
    const of = stored.map(
      (row): Difference => ({ kind: 'shared', name, stored: row?.[name], computed: message[name] }),
    )
    return of.find(isDifferent) ?? []
  })
}

function measureDifferences(
  { region, measures: computed }: RegionalMessage,
  { counties }: WindowToCorrect,
  measures: readonly Measure[],
): Difference[] {
  const stored = counties.get(region)?.totals.measures
  return measures
    .map(
      ({ id }, i): Difference => ({
        kind: 'measure',
        name: id,
        stored: Number.isNaN(stored?.[i]) ? undefined : stored?.[i],
        computed: computed[i] ?? null,
      }),
    )
    .filter(isDifferent)
}
