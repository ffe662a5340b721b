import { type Static, Type } from 'typebox'
import type { Difference } from '../report/difference.ts'
import { isSame, nothing, orNull } from '../sql/literals.ts'
import { emptyTally, type Look, type Series, type WindowLook } from './look.ts'
import { comparedOfKpi } from './regional-kpis.ts'

const Flag = Type.Union([Type.Boolean(), Type.Number()])
const numbers = comparedOfKpi.map(() => Type.Number())

/** Region, whether it is told and whether its counties are stored, revision, version; the stored row, the recomputed one. */
const Detail = Type.Tuple([Type.String(), Flag, Flag, Type.Number(), Type.Number(), ...numbers, ...numbers])

/** A row of `regionalKpisSql`. */
export const KpiRow = Type.Object({
  window: Type.Number(),
  told: Type.Number(),
  differing: Type.Number(),
  details: Type.Array(Detail),
})

export function kpiLook(rows: readonly Static<typeof KpiRow>[], series: Series): Look {
  const clean = rows.find(({ window }) => window < 0)
  return {
    clean: { ...emptyTally, kpiValues: clean?.told ?? 0 },
    windows: rows.filter(({ window }) => window >= 0).map(row => windowLook(row, series)),
  }
}

function windowLook(row: Static<typeof KpiRow>, series: Series): WindowLook {
  return {
    windowStart: row.window,
    tally: { ...emptyTally, kpiValues: row.told },
    differences: row.details.map(detail => differenceOf(detail, row.window, series)),
    rows: row.differing,
    ahead: false,
  }
}

function differenceOf(
  [region, told, known, revision, version, ...values]: Static<typeof Detail>,
  windowStart: number,
  { record, sizeMs, kpi }: Series,
): Difference {
  const was = values.slice(0, comparedOfKpi.length)
  const is = values.slice(comparedOfKpi.length)
  const name = kpi?.id ?? ''
  const where = { check: 'kpis' as const, record, region, windowStart, windowEnd: windowStart + sizeMs }
  const [value = nothing, again = nothing] = [was[0], is[0]]
  if (!told) {
    const note = 'its counties are stored, the KPI is not'
    return { ...where, name, stored: null, recomputed: orNull(again), note }
  }
  const row = { ...where, revision, version }
  if (!known) {
    const note = 'the KPI is stored, none of its counties is'
    return { ...row, name, stored: orNull(value), recomputed: null, note }
  }
  const differing = comparedOfKpi.flatMap((column, i) => {
    const [before = nothing, now = nothing] = [was[i], is[i]]
    return isSame(before, now) ? [] : [{ column, stored: orNull(before), recomputed: orNull(now) }]
  })
  const [first = { column: 'value', stored: orNull(value), recomputed: orNull(again) }, ...also] = differing
  const { column, ...pair } = first
  return {
    ...row,
    name: column === 'value' ? name : `${name} ${column}`,
    ...pair,
    also: also.map(other => other.column),
  }
}
