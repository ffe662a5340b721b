import type { WindowToCorrect } from '../../../processors/correct/window-to-correct.ts'
import { buildRegional } from '../../../processors/regional/build-regional.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import type { Totals } from '../../../processors/regional/totals.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'

export const minute = 60_000
export const start = Date.UTC(2026, 7, 1)
export const { measures } = measureSets.parking

/** Totals of car parks that were read once each, with 100 spaces each. */
export function totalsOf(lots: number, occupied: number, expected: number): Totals {
  const capacity = lots * 100
  const byId: Readonly<Record<string, number>> = {
    occupied,
    capacity,
    free: capacity - occupied,
    occupancy_readings: lots,
  }
  return {
    assets: lots,
    expected,
    readings: lots,
    duplicates: 0,
    eventTimeMax: lots > 0 ? start + 59_000 : 0,
    measures: measures.map(({ id }) => byId[id] ?? 0),
  }
}

export function messageOf(region: string, totals: Totals, revision = 1): RegionalMessage {
  return buildRegional(
    {
      series: 'parking',
      measures,
      start,
      end: start + minute,
      status: revision > 1 ? 'corrected' : 'final',
      revision,
      version: 10 * revision,
      observedUntil: start + minute,
      computedAt: start + minute,
      lineage: [{ partition: 0, from_offset: 0, through_offset: 10 }],
    },
    region,
    totals,
  )
}

/** A window of which these messages are stored. */
export function windowOf(stored: readonly RegionalMessage[], windowStart = start): WindowToCorrect {
  const counties = stored.filter(({ level }) => level === 'county')
  return {
    record: 'parking',
    windowStart,
    sizeMs: minute,
    vector: new Map([[0, 10]]),
    counties: new Map(
      counties.map(message => [
        message.region,
        {
          totals: {
            assets: message.assets,
            expected: message.expected,
            readings: message.readings,
            duplicates: message.duplicates,
            eventTimeMax: message.event_time_max ?? 0,
            measures: message.measures,
          },
          revision: message.revision,
          version: message.version,
          lineage: message.lineage,
        },
      ]),
    ),
    regions: new Map(
      stored.map(({ region, revision, version, readings, assets, expected, kpis }) => [
        region,
        {
          revision,
          version,
          readings,
          assets,
          expected,
          kpis: new Map(kpis.map(({ kpi, ...numbers }) => [kpi, numbers])),
        },
      ]),
    ),
    received: new Map(
      counties.map(({ region, readings }) => [
        region,
        new Map([[0, { messages: readings, first: 0, last: 9 }]]),
      ]),
    ),
  }
}
