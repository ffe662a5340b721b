import { describe, expect, test } from 'vitest'
import { generatedFiles } from '../../schemas/generated-files.ts'
import { censusMeasures } from '../../schemas/kpis/census.ts'
import { evaluate } from '../../schemas/kpis/evaluate.ts'
import { builtIns, isCensusId, type Kpi } from '../../schemas/kpis/kpi.ts'
import { kpiOf, kpis } from '../../schemas/kpis/kpis.ts'
import { countsAtHome } from '../../schemas/measures/measure.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { fieldsOf, records } from '../../schemas/records/records.ts'
import { counties, countyInForce, regions, subtreeOf, withAncestors } from '../../schemas/regions/regions.ts'

/** Fixed in the public surface: these never go away. */
const promised = `radio.accessibility_pct radio.retainability_per_h radio.handover_success_pct
  radio.prb_utilisation_dl_pct radio.energy_efficiency_bit_per_j radio.availability_pct radio.traffic_dl_gbit
  radio.cells_reporting radio.alarms_raised radio.alarms_active_critical datacenter.it_load_kw
  datacenter.racks_in_use_pct datacenter.inlet_in_band_pct datacenter.inlet_max_c datacenter.pue grid.inspected_km
  grid.unmanned_coverage_pct grid.defects_open_critical grid.defects_closed_on_time_pct parking.occupancy_pct
  parking.free_spaces parking.turnover_per_space_h parking.lots_reporting radio.coverage_pct
  datacenter.coverage_pct grid.coverage_pct parking.coverage_pct`.split(/\s+/)

describe('KPIs', () => {
  test('all that were promised are there, once', () => {
    const ids = kpis.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(promised))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('name only measures that exist', () => {
    for (const kpi of kpis) {
      const known: readonly string[] = isCensusId(kpi.of)
        ? censusMeasures[kpi.of]
        : measureSets[kpi.of].measures.map(({ id }) => id)
      const named = [
        ...kpi.factors.flatMap(({ numerator, denominator }) => [numerator, denominator]),
        kpi.present,
      ]
      for (const name of named.filter(term => typeof term === 'string')) {
        expect([...known, ...builtIns], `${kpi.id} names ${name}`).toContain(name)
      }
    }
  })

  test('relate only measures that count in the same county where an asset moves', () => {
    for (const kpi of kpis.filter(({ of }) => !isCensusId(of))) {
      const terms = [
        ...kpi.factors.flatMap(({ numerator, denominator }) => [numerator, denominator]),
        kpi.present,
      ]
      const used = measureSets[kpi.of as RecordId].measures.filter(({ id }) => terms.includes(id))
      expect(new Set(used.map(countsAtHome)).size, kpi.id).toBeLessThan(2)
    }
  })

  const value = (id: string, numbers: Record<string, number>) =>
    evaluate(kpiOf(id) as Kpi, name => numbers[name] ?? 0).value

  test('are products of ratios', () => {
    const numbers = {
      rrc_estab_succ: 90,
      rrc_estab_att: 100,
      uectx_estab_succ: 80,
      uectx_estab_att: 100,
      drb_estab_succ: 50,
      drb_estab_att: 100,
    }
    expect(value('radio.accessibility_pct', numbers)).toBeCloseTo(36, 12)
    expect(value('radio.energy_efficiency_bit_per_j', { volume_mbit: 3.6, energy_kwh: 1 })).toBeCloseTo(1, 12)
    expect(value('radio.retainability_per_h', { drb_rel_act: 2, drb_session_s: 7200 })).toBeCloseTo(1, 12)
  })

  test('are null, neither 0 nor 100, where a denominator is empty', () => {
    expect(value('datacenter.pue', { total_energy_kwh: 0, it_energy_kwh: 0 })).toBeNull()
    expect(value('datacenter.it_load_kw', { it_power_w: 0, it_power_readings: 0 })).toBeNull()
    expect(value('datacenter.inlet_max_c', { inlet_max_c: Number.NEGATIVE_INFINITY })).toBeNull()
  })
})

describe('measures', () => {
  test('name only fields that their record has, and each once', () => {
    for (const record of recordIds) {
      const fields = fieldsOf(records[record]).map(({ name }) => name)
      const { measures } = measureSets[record]
      expect(new Set(measures.map(({ id }) => id)).size).toBe(measures.length)
      for (const { of, given = [], where } of measures) {
        const quantity = of === undefined ? [] : typeof of === 'string' ? [of] : Object.keys(of)
        for (const field of [...quantity, ...given, ...(where ? [where.field] : [])])
          expect(fields).toContain(field)
      }
    }
  })
})

describe('regions', () => {
  test('are 136 counties in 16 cities in 3 circles', () => {
    const count = (level: string) => regions.filter(region => region.level === level).length
    expect([count('county'), count('city'), count('circle'), count('province')]).toEqual([136, 16, 3, 1])
    expect(subtreeOf('370000')).toHaveLength(156)
  })

  test('retired Laiwu is remapped to Jinan', () => {
    expect(countyInForce('371200')).toBe('370116')
    expect(withAncestors('370116')).toEqual(['370116', '370100', 'circle-shenghui', '370000'])
    expect(countyInForce('370100')).toBeUndefined()
    expect(countyInForce('110101')).toBeUndefined()
  })

  test('every county leads up to the province through one city and one circle', () => {
    for (const { code } of counties) expect(withAncestors(code)).toHaveLength(4)
  })
})

test('generated files have no duplicate paths', () => {
  const paths = generatedFiles().map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
})
