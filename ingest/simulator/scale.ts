import type { RecordId } from '../../schemas/records/record.ts'

/**
 * The size of the simulated province.
 *
 * Scale 160 is the real one: 200,000 sites with 600,000 cells, 350,000 racks, and 90,000 car parks (assumed, so
 * that one report a minute gives the province's 1,500 a second). Counts are proportional to the scale; every
 * county keeps at least one of each. Transmission lines are the same at every scale: 680 of 220 kV and above
 * with about 22,000 km (assumed; lengths distributed as in a real register).
 *
 * Periods grow with the scale so that a small province still moves and a large one loads as the real one does:
 *
 * | scale        | radio_pm | rack, facility | parking | readings/s at its lower end | at its upper end |
 * |--------------|----------|----------------|---------|-----------------------------|------------------|
 * | below 4      | 10 s     | 10 s           | 10 s    | 670 (scale 1)               | 2,650            |
 * | 4 to 16      | 60 s     | 30 s           | 30 s    | 620                         | 2,470            |
 * | 16 to 64     | 300 s    | 60 s           | 60 s    | 940                         | 3,740            |
 * | 64 and above | 900 s    | 60 s           | 60 s    | 3,200                       | 8,000 (scale 160)|
 */
export interface Scale {
  readonly scale: number
  readonly sites: number
  readonly racks: number
  readonly lots: number
  /** Inspection crews in each county; they grow slowly, as drones do. */
  readonly crewsPerCounty: number
  /** Alarms raised a second over the whole province, storms apart. */
  readonly alarmsPerS: number
  /** Seconds between two readings of an asset. */
  readonly periodS: Readonly<Record<PeriodicRecord, number>>
}

export type PeriodicRecord = Extract<RecordId, 'radio_pm' | 'rack' | 'facility' | 'parking'>

export const realScale = 160
export const cellsPerSite = 3

export function scaleOf(scale: number): Scale {
  if (!(scale > 0 && scale <= 2 * realScale)) throw new RangeError(`scale ${scale} is not within (0, 320]`)
  const share = scale / realScale
  return {
    scale,
    sites: Math.round(200_000 * share),
    racks: Math.round(350_000 * share),
    lots: Math.round(90_000 * share),
    crewsPerCounty: Math.max(1, Math.min(30, Math.round(scale / 10))),
    // 46 messages a second at the real size, a raise and a clear each.
    alarmsPerS: 23 * share,
    periodS: periodsOf(scale),
  }
}

function periodsOf(scale: number): Scale['periodS'] {
  if (scale < 4) return { radio_pm: 10, rack: 10, facility: 10, parking: 10 }
  if (scale < 16) return { radio_pm: 60, rack: 30, facility: 30, parking: 30 }
  if (scale < 64) return { radio_pm: 300, rack: 60, facility: 60, parking: 60 }
  return { radio_pm: 900, rack: 60, facility: 60, parking: 60 }
}
