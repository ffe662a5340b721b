import type { County, Lineage, Term } from '../../../../api/wallboard/protocol/parse-lineage.ts'

export const measure = (term: string): Term => ({ term, kind: 'measure', unit: 'spaces', words: term })
export const builtIn = (term: string): Term => ({ term, kind: 'built_in', unit: '1', words: term })
export const constant = (term: string): Term => ({ term, kind: 'constant', unit: null, words: term })

export function county(
  code: string,
  measures: Record<string, number | null>,
  more: Partial<County> = {},
): County {
  return {
    county: code,
    value: 1,
    numerator: 1,
    denominator: 1,
    measures,
    assets: 2,
    expected: 3,
    readings: 10,
    duplicates: 0,
    status: 'final',
    revision: 1,
    ...more,
  }
}

/** A lineage of these counties whose totals are the sums of their measures. */
export function lineageOf(counties: readonly County[], more: Partial<Lineage> = {}): Lineage {
  const names = new Set(counties.flatMap(({ measures }) => Object.keys(measures)))
  const sum = (of: (one: County) => number): number => counties.reduce((total, one) => total + of(one), 0)
  return {
    kpi: 'parking.occupancy_pct',
    region: '370000',
    window_start: 1_800_000,
    window_end: 1_860_000,
    last_revision: 1,
    cell: {
      revision: 1,
      status: 'final',
      value: 50,
      numerator: 1,
      denominator: 2,
      coverage: 1,
      assets: sum(({ assets }) => assets),
      expected: sum(({ expected }) => expected),
      readings: sum(({ readings }) => readings),
      duplicates: 0,
      version: 1,
      computed_at: 1_900_000,
      reason: null,
      late_readings: 0,
    },
    formula: {
      text: '100 × occupied / capacity',
      scale: 100,
      at_most: null,
      factors: [{ numerator: measure('occupied'), denominator: measure('capacity') }],
    },
    totals: {
      measures: Object.fromEntries([...names].map(name => [name, sum(one => one.measures[name] ?? 0)])),
    },
    adds_up: true,
    differences: [],
    counties,
    offsets: [{ topic: 'telemetry.parking', partition: 0, from_offset: 1, through_offset: 9 }],
    sql: { counties: 'SELECT 1', readings: 'SELECT 2', census: null },
    readings: [],
    ...more,
  }
}
