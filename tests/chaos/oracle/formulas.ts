import type { RecordId } from '../../../schemas/records/record.ts'
import type { AcceptedReading } from './accepted-reading.ts'

/** What a formula may ask besides the readings. */
export interface WindowFacts {
  /** Length of the window, h. */
  readonly hours: number
  /** Distinct assets with a usable reading. */
  readonly assets: number
  /** Assets that were due. */
  readonly due: number
}

type Values = Readonly<Record<string, number | null>>

/**
 * A formula over the distinct and usable readings of a window and region.
 * @param readings those that carry one of the region's counties
 * @param ofAssets all those of the assets that count in the region, where some moved within the window
 */
type Formula = (
  readings: readonly AcceptedReading[],
  facts: WindowFacts,
  ofAssets?: readonly AcceptedReading[],
) => Values

/**
 * Every KPI of a window and region from all its readings, written down as the definitions in DL/T, 3GPP, ISO and DATEX
 * read: over the whole list, without measures, merging or levels. A formula in which each asset counts once takes the readings
 * of the region's assets, the others take the readings of the region.
 */
export const formulas: Readonly<Record<RecordId, Formula>> = {
  rack: (readings, facts, ofAssets = readings) => {
    const power = perAsset(ofAssets, reading => number(reading, 'it_power_w'))
    const inlet = numbers(readings, reading => number(reading, 'inlet_temp_c'))
    // A rack weighs 1, however often it reports.
    const inUse = perAsset(ofAssets, ({ fields }) =>
      typeof fields.in_use === 'boolean' ? Number(fields.in_use) : null,
    )
    const inBand = perAsset(ofAssets, reading => {
      const celsius = number(reading, 'inlet_temp_c')
      return celsius === null ? null : Number(celsius >= 18 && celsius <= 27)
    })
    return {
      'datacenter.it_load_kw': power.length > 0 ? sum(power) / 1000 : null,
      'datacenter.racks_in_use_pct': percent(sum(inUse), inUse.length),
      'datacenter.inlet_in_band_pct': percent(sum(inBand), inBand.length),
      'datacenter.inlet_max_c': inlet.length > 0 ? inlet.reduce((a, b) => Math.max(a, b)) : null,
      'datacenter.coverage_pct': coverage(facts),
    }
  },

  facility: readings => ({
    'datacenter.pue': quotient(...totals(readings, 'total_energy_kwh', 'it_energy_kwh')),
  }),

  radio_pm: (readings, facts) => {
    const success = (name: string) => quotient(...totals(readings, `${name}_succ`, `${name}_att`))
    const [released, sessionS] = totals(readings, 'drb_rel_act', 'drb_session_s')
    const [prbUsed, prbAvailable] = totals(readings, 'prb_used_dl', 'prb_avail_dl')
    const [downMbit, downS] = totals(readings, 'pdcp_volume_dl_mbit', 'period_s')
    const [periodS, unavailableS] = totals(readings, 'period_s', 'unavailable_s')
    const efficient = readings.filter(reading => {
      const needed = ['pdcp_volume_dl_mbit', 'pdcp_volume_ul_mbit', 'energy_kwh']
      return needed.every(field => number(reading, field) !== null)
    })
    const total = (field: string) => sum(numbers(efficient, reading => number(reading, field)))
    const bits = (total('pdcp_volume_dl_mbit') + total('pdcp_volume_ul_mbit')) * 1e6
    return {
      'radio.accessibility_pct': times(
        100,
        success('rrc_estab'),
        success('uectx_estab'),
        success('drb_estab'),
      ),
      'radio.retainability_per_h': times(3600, quotient(released, sessionS)),
      'radio.handover_success_pct': times(100, success('ho_prep'), success('ho_exec')),
      'radio.prb_utilisation_dl_pct': percent(prbUsed, prbAvailable),
      'radio.energy_efficiency_bit_per_j': quotient(bits, total('energy_kwh') * 3.6e6),
      'radio.availability_pct': percent(periodS - unavailableS, periodS),
      // Mbit/s of a cell, as Gbit an hour.
      'radio.traffic_dl_gbit': times(3600 / 1000, quotient(downMbit, downS)),
      'radio.cells_reporting': facts.assets,
      'radio.coverage_pct': coverage(facts),
    }
  },

  radio_alarm: (readings, { hours }) => ({
    'radio.alarms_raised': readings.filter(({ fields }) => fields.state === 'raised').length / hours,
  }),

  grid_inspection: (readings, { hours }) => ({
    'grid.inspected_km':
      sum(numbers(readings, reading => (number(reading, 'to_km') ?? 0) - (number(reading, 'from_km') ?? 0))) /
      hours,
  }),

  grid_defect: () => ({}),

  parking: (readings, facts, ofAssets = readings) => {
    const inService = ofAssets.filter(
      reading => reading.fields.status !== 'closed' && number(reading, 'capacity') !== null,
    )
    const counted = inService.filter(reading => number(reading, 'occupied') !== null)
    const leaving = inService.filter(reading => number(reading, 'exits') !== null)
    const taken = sum(perAsset(counted, reading => number(reading, 'occupied')))
    const spaces = sum(perAsset(counted, reading => number(reading, 'capacity')))
    const exits = sum(numbers(leaving, reading => number(reading, 'exits')))
    const exitSpaces = sum(perAsset(leaving, reading => number(reading, 'capacity')))
    return {
      'parking.occupancy_pct': percent(taken, spaces),
      'parking.free_spaces': counted.length > 0 ? spaces - taken : null,
      'parking.turnover_per_space_h': quotient(exits, exitSpaces * facts.hours),
      'parking.lots_reporting': facts.assets,
      'parking.coverage_pct': coverage(facts),
    }
  },
}

function number({ fields }: AcceptedReading, name: string): number | null {
  const value = fields[name]
  return typeof value === 'number' ? value : null
}

function numbers(
  readings: readonly AcceptedReading[],
  of: (reading: AcceptedReading) => number | null,
): number[] {
  return readings.map(of).filter(value => value !== null)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Sums of two fields over the readings that state both. */
function totals(
  readings: readonly AcceptedReading[],
  left: string,
  right: string,
): readonly [number, number] {
  const both = readings.filter(reading => number(reading, left) !== null && number(reading, right) !== null)
  const total = (field: string) => sum(numbers(both, reading => number(reading, field)))
  return [total(left), total(right)]
}

/** Of each asset the mean of what its readings say. */
function perAsset(
  readings: readonly AcceptedReading[],
  of: (reading: AcceptedReading) => number | null,
): number[] {
  const byAsset = Map.groupBy(readings, ({ assetId }) => assetId)
  return [...byAsset.values()].flatMap(own => {
    const said = numbers(own, of)
    return said.length > 0 ? [sum(said) / said.length] : []
  })
}

function quotient(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator
}

function percent(part: number, whole: number): number | null {
  return times(100, quotient(part, whole))
}

/** Null where a factor is unknown. */
function times(...factors: readonly (number | null)[]): number | null {
  return factors.reduce(
    (product, factor) => (product === null || factor === null ? null : product * factor),
    1,
  )
}

function coverage({ assets, due }: WindowFacts): number | null {
  return due > 0 ? Math.min(100, (100 * assets) / due) : null
}
