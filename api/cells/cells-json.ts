import type { CellSet } from './cell-set.ts'
import type { CellTable } from './cell-table.ts'

/** A JSON array of the current cells of the set, by region and then by KPI, and how many there are. */
export function cellsJson(table: CellTable, set: CellSet): { readonly json: string; readonly count: number } {
  let cells = ''
  let count = 0
  for (let cell = 0; cell < set.length; cell++) {
    if (!set[cell]) continue
    const json = table.jsonOf(cell)
    if (json === undefined) continue
    cells += count === 0 ? json : `,${json}`
    count++
  }
  return { json: `[${cells}]`, count }
}
