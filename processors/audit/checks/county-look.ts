import { type Static, Type } from 'typebox'
import type { Difference } from '../report/difference.ts'
import { isSame, nothing, orNull } from '../sql/literals.ts'
import { comparedNames, type WindowRange } from './county-windows.ts'
import { emptyTally, type Look, type Tally, type WindowLook } from './look.ts'

const Count = Type.Number()
const Flag = Type.Union([Type.Boolean(), Type.Number()])

/** County, whether it is stored and whether that is ahead of the archive; then numbers, stored and recomputed. */
const Detail = Type.Tuple([
  Type.String(),
  Flag,
  Flag,
  Count,
  Count,
  Count,
  Count,
  Count,
  Count,
  Count,
  Type.Array(Type.Number()),
  Type.Array(Type.Number()),
])

/** A row of `countyWindowsSql`. */
export const CountyRow = Type.Object({
  window: Type.Number(),
  windows: Count,
  received: Count,
  counted: Count,
  waiting: Count,
  differing: Count,
  details: Type.Array(Detail),
})

export function countyLook(rows: readonly Static<typeof CountyRow>[], range: WindowRange): Look {
  const clean = rows.find(({ window }) => window < 0)
  return {
    clean: clean ? tallyOf(clean) : emptyTally,
    windows: rows.filter(({ window }) => window >= 0).map(row => windowLook(row, range)),
  }
}

function windowLook(row: Static<typeof CountyRow>, range: WindowRange): WindowLook {
  return {
    windowStart: row.window,
    tally: tallyOf(row),
    differences: row.details.flatMap(detail => differencesOf(detail, row.window, range)),
    rows: row.differing,
    ahead: row.details.some(([, , ahead]) => Boolean(ahead)),
  }
}

function tallyOf({ windows, received, counted, waiting }: Static<typeof CountyRow>): Tally {
  return { windows, received, counted, waiting, kpiValues: 0 }
}

function differencesOf(
  detail: Static<typeof Detail>,
  windowStart: number,
  { record, sizeMs }: WindowRange,
): Difference[] {
  const [region, stored, ahead, revision, version, readings, duplicates, below, recounted, above, was, is] =
    detail
  const where = { record, region, windowStart, windowEnd: windowStart + sizeMs }
  if (!stored) {
    return [{ ...where, check: 'missing', name: 'readings', stored: null, recomputed: recounted + above }]
  }
  const row = { ...where, revision, version }
  if (ahead) {
    const note = 'the stored row has seen readings that the archive has not stored'
    return [{ ...row, check: 'progress', name: 'readings', stored: readings, recomputed: null, note }]
  }
  const found: Difference[] = []
  if (readings + duplicates !== below) {
    const note = 'stored: readings + duplicates; recomputed: messages received below its lineage'
    found.push({
      ...row,
      check: 'conservation',
      name: 'received',
      stored: readings + duplicates,
      recomputed: below,
      note,
    })
  }
  if (above > 0) {
    const note = `${above} of them lie above its lineage`
    found.push({
      ...row,
      check: 'readings',
      name: 'readings',
      stored: readings,
      recomputed: recounted + above,
      note,
    })
  } else if (readings !== recounted) {
    found.push({ ...row, check: 'readings', name: 'readings', stored: readings, recomputed: recounted })
  }
  const names = comparedNames(record)
  const differing = names.flatMap((name, i) => {
    const [before = nothing, now = nothing] = [was[i], is[i]]
    return isSame(before, now) ? [] : [{ name, stored: orNull(before), recomputed: orNull(now) }]
  })
  const [first, ...also] = differing
  if (first) found.push({ ...row, check: 'measures', ...first, also: also.map(({ name }) => name) })
  return found
}
