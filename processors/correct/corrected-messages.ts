import type { Measure } from '../../schemas/measures/measure.ts'
import { regionOf, withAncestors } from '../../schemas/regions/regions.ts'
import { buildRegional } from '../regional/build-regional.ts'
import type { Expected } from '../regional/expectations.ts'
import type { OffsetRange, Reason, RegionalMessage } from '../regional/regional-message.ts'
import { tellsOfSilence } from '../regional/silence.ts'
import { emptyTotals, rollUp, type Totals } from '../regional/totals.ts'
import { differences, isClose, storedOf } from './differences.ts'
import { versionOf, type WindowToCorrect } from './window-to-correct.ts'

export interface Correction {
  readonly window: WindowToCorrect
  readonly measures: readonly Measure[]
  /** Totals from the readings below the window's vector, of the counties that were computed again; absent for none. */
  readonly recomputed: ReadonlyMap<string, Totals | undefined>
  /** What the registry expects of the window now: of all its counties, or what lies above them would be of two registries. */
  readonly expected: Expected
  readonly reason: Reason
  readonly now: number
}

/**
 * The next revision of every region whose last one is not what the readings give: nothing where all is well. Pure.
 * Counties that were not computed again are taken as they are stored, the others are rolled up anew.
 */
export function correctedMessages(correction: Correction): RegionalMessage[] {
  const { window, measures, reason, now } = correction
  const counties = countyTotals(correction)
  const regions = rollUp(measures, counties)
  const lineage = lineageOf(window)
  const changed = new Set<string>()
  const messages: RegionalMessage[] = []
  for (const region of countiesFirst(regions.keys())) {
    const totals = regions.get(region)
    if (!totals) continue
    const stored = storedOf(window, region)
    const message = buildRegional(
      {
        series: window.record,
        measures,
        start: window.windowStart,
        end: window.windowStart + window.sizeMs,
        status: stored ? 'corrected' : 'final',
        revision: (stored?.revision ?? 0) + 1,
        version: nextVersion(window, region),
        observedUntil: window.windowStart + window.sizeMs,
        computedAt: now,
        lineage,
        reason,
        lateReadings: Math.max(0, totals.readings - (stored?.readings ?? 0)),
      },
      region,
      totals,
    )
    if (stored ? differences(message, window, measures).length > 0 : isNews(message, changed)) {
      messages.push(message)
      if (message.level === 'county') for (const above of withAncestors(region)) changed.add(above)
    }
  }
  return messages
}

/** Nothing is stored of the region. That is so of every one above the counties where a record type has no KPIs. */
function isNews({ region, level, kpis }: RegionalMessage, aboveChanged: ReadonlySet<string>): boolean {
  return level === 'county' || kpis.length > 0 || aboveChanged.has(region)
}

/** Counties before what they make up. */
function countiesFirst(regions: Iterable<string>): string[] {
  const isCounty = (region: string): number => (regionOf(region)?.level === 'county' ? 0 : 1)
  return [...regions].sort((left, right) => isCounty(left) - isCounty(right))
}

function countyTotals(correction: Correction): Map<string, Totals> {
  const { window, measures, recomputed, expected, now } = correction
  const totals = new Map([...window.counties].map(([county, stored]) => [county, stored.totals]))
  for (const [county, fresh] of recomputed) {
    const stored = totals.get(county)
    const readings = fresh ?? emptyTotals(measures)
    // Only duplicates came: what is stored holds.
    if (stored && sameReadings(readings, stored)) continue
    totals.set(county, { ...readings, duplicates: messagesOf(window, county) - readings.readings })
  }
  const silenceIsTold = tellsOfSilence(window.record, window.windowStart + window.sizeMs, now)
  const silent = silenceIsTold ? [...expected.keys()].filter(county => !totals.has(county)) : []
  for (const county of silent) totals.set(county, emptyTotals(measures))
  return new Map(
    [...totals].map(([county, known]) => [county, { ...known, expected: expected.get(county) ?? 0 }]),
  )
}

function messagesOf({ received }: WindowToCorrect, county: string): number {
  return [...(received.get(county)?.values() ?? [])].reduce((sum, { messages }) => sum + messages, 0)
}

/** First reading of the window and end of what was looked at, by partition. */
function lineageOf({ vector, received }: WindowToCorrect): OffsetRange[] {
  return [...vector]
    .sort(([left], [right]) => left - right)
    .map(([partition, through_offset]) => {
      const firsts = [...received.values()].flatMap(byPartition => byPartition.get(partition)?.first ?? [])
      return { partition, from_offset: firsts.length > 0 ? Math.min(...firsts) : -1, through_offset }
    })
}

/**
 * The clock of the log. Where it stands still, because definitions changed and not the readings, the next number after what is
 * stored of the region itself: of a revision that was published in part, what is missing has seen no more than the rest.
 */
function nextVersion({ vector, counties, regions }: WindowToCorrect, region: string): number {
  const stored = [counties.get(region), regions.get(region)]
  return Math.max(versionOf(vector), ...stored.map(known => (known?.version ?? -1) + 1))
}

function sameReadings(fresh: Totals, stored: Totals): boolean {
  return (
    fresh.readings === stored.readings &&
    fresh.assets === stored.assets &&
    fresh.measures.every((measure, i) => isClose(measure, stored.measures[i] ?? null))
  )
}
