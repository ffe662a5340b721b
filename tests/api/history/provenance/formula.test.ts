import { expect, test } from 'vitest'
import { formulaInWords, measureInWords, measuresUsed } from '../../../../api/history/provenance/formula.ts'
import { fieldsBehind } from '../../../../api/history/provenance/readings-behind.ts'
import { censusMeasures } from '../../../../schemas/kpis/census.ts'
import { isCensusId } from '../../../../schemas/kpis/kpi.ts'
import { kpiOf, kpis } from '../../../../schemas/kpis/kpis.ts'
import { measureSets } from '../../../../schemas/measures/measures.ts'

test('a formula names its terms, what they are and how they are taken from readings', () => {
  const formula = formulaInWords(kpiOf('parking.turnover_per_space_h')!)
  expect(formula).toEqual({
    text: 'exits / exits_capacity × 1 / observed_h',
    scale: 1,
    at_most: null,
    present: null,
    factors: [
      {
        numerator: {
          term: 'exits',
          kind: 'measure',
          unit: '1',
          words: 'sum of exits, of readings that give capacity, where status is not closed',
        },
        denominator: {
          term: 'exits_capacity',
          kind: 'measure',
          unit: 'spaces',
          words:
            'sum over assets of their mean capacity, of readings that give exits, where status is not closed',
        },
      },
      {
        numerator: { term: '1', kind: 'constant', unit: null, words: 'constant' },
        denominator: { term: 'observed_h', kind: 'built_in', unit: 'h', words: 'length of the window' },
      },
    ],
  })
})

test.each([
  ['radio_pm', 'available_s', 'sum of period_s − unavailable_s'],
  [
    'radio_pm',
    'volume_mbit',
    'sum of pdcp_volume_dl_mbit + pdcp_volume_ul_mbit, of readings that give energy_kwh',
  ],
  ['radio_alarm', 'raised', 'number of readings, where state is raised'],
  ['rack', 'in_use_readings', 'number of readings that give in_use'],
  [
    'rack',
    'racks_in_use',
    'sum over assets of the share of their readings that give in_use, where in_use is true',
  ],
  ['rack', 'racks_of_known_use', 'number of assets that give in_use'],
  ['rack', 'inlet_in_band', 'number of readings, where inlet_temp_c is within 18 to 27'],
  ['rack', 'inlet_max_c', 'highest inlet_temp_c'],
] as const)('%s.%s is the %s', (record, id, words) => {
  expect(measureInWords(measureSets[record].measures.find(measure => measure.id === id)!)).toBe(words)
})

test('the measures of every KPI exist, and each is taken once', () => {
  for (const kpi of kpis) {
    const known = isCensusId(kpi.of)
      ? censusMeasures[kpi.of]
      : measureSets[kpi.of].measures.map(({ id }) => id)
    const used = measuresUsed(kpi)
    expect(known, kpi.id).toEqual(expect.arrayContaining([...used]))
    expect(new Set(used).size, kpi.id).toBe(used.length)
    expect(formulaInWords(kpi).factors, kpi.id).toHaveLength(kpi.factors.length)
  }
})

test('a census KPI is one ratio, so that the numerator and denominator of a county are its measures', () => {
  for (const kpi of kpis.filter(({ of }) => isCensusId(of))) expect(kpi.factors, kpi.id).toHaveLength(1)
})

test.each([
  ['parking.free_spaces', ['capacity', 'occupied', 'status', 'suspect']],
  ['parking.lots_reporting', ['suspect']],
  ['radio.coverage_pct', ['suspect']],
  ['radio.retainability_per_h', ['drb_rel_act', 'drb_session_s', 'suspect']],
  ['radio.sites_in_service', []],
])('%s looks at the fields %j', (kpi, fields) => {
  expect([...fieldsBehind(kpiOf(kpi)!)].sort()).toEqual(fields)
})
