import { counties } from '../../../schemas/regions/regions.ts'
import { gridCalibration, quantile } from '../calibration.ts'
import { countyCode, countyOf, countyTraits, type Province, withinCounty } from '../province.ts'
import { signed, split, uniform } from '../random.ts'

/** Voltage classes with the share of lines up to and including each: assumed; 220, 500 and 1,000 kV are in use. */
const voltages = [
  [220, 0.72],
  [500, 0.97],
  [1000, 1],
] as const

/** Lines are due once a month (DL/T 741 leaves it to the operator: assumed). */
export const inspectionPeriodS = 30 * 86_400
const shortestKm = 2

/** A transmission line of 220 kV or above. It may cross counties; it belongs to one. */
export interface Line {
  readonly id: string
  readonly name: string
  /** Index of the county it belongs to. */
  readonly county: number
  readonly voltageKv: number
  readonly lengthKm: number
  /** Where no drone may fly, km along the line: airfields, barracks. People walk there. */
  readonly noFlyFromKm: number
  readonly noFlyToKm: number
}

/** All lines; some 680, so they are kept. About 1 to 6 % of a city's line length is closed to drones. */
export function linesOf(province: Province): readonly Line[] {
  const key = split(province.seed, 'lines')
  const closed = countyTraits(province.seed, 'no fly')
  return Array.from({ length: province.lines.size }, (_, line) => {
    const county = countyOf(province.lines, line)
    const number = withinCounty(province.lines, line) + 1
    const u = uniform(key, line)
    const voltageKv = voltages.find(([, share]) => u < share)?.[0] ?? 220
    const lengths = voltageKv === 220 ? gridCalibration.length220Km : gridCalibration.length380Km
    const lengthKm = metres(Math.max(shortestKm, quantile(lengths, uniform(key, line, 1))))
    const share = 0.035 + 0.022 * (closed[county] ?? 0) + 0.004 * signed(key, line, 2)
    const from = metres(uniform(key, line, 3) * lengthKm * (1 - share))
    const neighbour = counties[(county + 1) % counties.length]
    return {
      id: `line-${countyCode(county)}-${String(number).padStart(2, '0')}`,
      name: `${voltageKv}kV ${counties[county]?.zh ?? ''}—${neighbour?.zh ?? ''} ${number}线`,
      county,
      voltageKv,
      lengthKm,
      noFlyFromKm: from,
      noFlyToKm: metres(from + lengthKm * share),
    }
  })
}

/** Kilometres, to the metre. */
export function metres(km: number): number {
  return Math.round(km * 1000) / 1000
}
