import type { SkipTally } from '../skip-tally.ts'
import { averagePower, energyKwh, useOfCounter } from './pm-counters.ts'
import type { PmRow } from './pm-parser.ts'

/** What an element says of one of its cells and one period: one reading of `radio_pm`. */
export interface CellPeriod {
  readonly dnPrefix: string
  readonly element: string
  readonly cell: string
  readonly endMs: number
  readonly periodS: number
  readonly fields: Readonly<Record<string, number>>
  readonly suspect: boolean
}

interface Values {
  readonly own: Map<string, number>
  /** Sums over the cell's neighbour relations: used where the cell has no value of its own. */
  readonly relations: Map<string, number>
  suspect: boolean
}

interface ElementPeriod {
  readonly row: PmRow
  readonly cells: Map<string, Values>
  readonly whole: Values
}

type Scope = 'cell' | 'relation' | 'element' | 'other'

/**
 * Joins the rows of a cell. Its central and its distributed unit count apart (NRCellCU, NRCellDU), under the same number
 * within one ManagedElement. Counters of the element as a whole, such as its energy, are the cell's only where the
 * element has one cell; otherwise nobody can say whose they are.
 */
export class CellJoin {
  private readonly periods = new Map<string, ElementPeriod>()
  private readonly pdcpKbitVendors: readonly string[]
  private readonly skipped: SkipTally

  constructor(skipped: SkipTally, pdcpKbitVendors: readonly string[]) {
    this.skipped = skipped
    this.pdcpKbitVendors = pdcpKbitVendors
  }

  add(row: PmRow): void {
    if (Number.isNaN(row.endMs) || Number.isNaN(row.periodS)) {
      this.skipped.add('no_period', row.object || row.element)
      return
    }
    const element = /(?:^|,)ManagedElement=([^,]+)/.exec(row.object)?.[1] ?? row.element
    const period = this.periodOf(element, row)
    const { scope, cell } = scopeOf(row.object)
    const values = cell === undefined ? period.whole : valuesOf(period.cells, cell)
    for (const [name, text] of row.counters) {
      const use = useOfCounter(name)
      if (use === 'unknown') this.skipped.add('unknown_counter', name)
      else if (use === 'part') this.skipped.add('part_of_counter', name)
      else if (scope === 'other') this.skipped.add('not_a_cell', `${name} of ${row.object}`)
      else this.take(values, use.field, text, scope, name, row)
    }
  }

  *readings(): Generator<CellPeriod> {
    for (const { row, cells, whole } of this.periods.values()) {
      const only = cells.size === 1
      if (!only)
        for (const field of whole.own.keys()) this.skipped.add('not_a_cell', `${field} of ${row.element}`)
      for (const [cell, values] of cells) {
        const merged = new Map([...(only ? whole.own : []), ...values.relations, ...values.own])
        const fields = fieldsOf(merged, row.periodS)
        if (Object.keys(fields).length === 0) continue
        const { dnPrefix, element, endMs, periodS } = row
        yield { dnPrefix, element, cell, endMs, periodS, fields, suspect: values.suspect }
      }
    }
  }

  private periodOf(element: string, row: PmRow): ElementPeriod {
    const key = `${row.dnPrefix}|${element}|${row.endMs}|${row.periodS}`
    let period = this.periods.get(key)
    if (!period) {
      period = { row: { ...row, element }, cells: new Map(), whole: emptyValues() }
      this.periods.set(key, period)
    }
    return period
  }

  private take(values: Values, field: string, text: string, scope: Scope, name: string, row: PmRow): void {
    // Empty and NIL say that nothing was counted, which is not zero.
    if (text === '' || text.toUpperCase() === 'NIL') return
    const raw = Number(text)
    if (!Number.isFinite(raw)) {
      this.skipped.add('bad_counter', `${name} of ${row.object}`)
      return
    }
    const kbit = field.startsWith('pdcp_') && this.pdcpKbitVendors.includes(row.vendor)
    const value = kbit ? raw / 1000 : raw
    if (row.suspect) values.suspect = true
    if (scope === 'relation') values.relations.set(field, (values.relations.get(field) ?? 0) + value)
    else if (!values.own.has(field)) values.own.set(field, value)
  }
}

/** Whose counters a measObjLdn names, by its last component. */
function scopeOf(object: string): { readonly scope: Scope; readonly cell?: string } {
  const last = object.slice(object.lastIndexOf(',') + 1)
  const kind = last.slice(0, last.indexOf('='))
  const cell = /(?:^|,)NRCell(?:CU|DU)=([^,]+)/.exec(object)?.[1]
  if (cell !== undefined && (kind === 'NRCellCU' || kind === 'NRCellDU')) return { scope: 'cell', cell }
  if (cell !== undefined && kind === 'NRCellRelation') return { scope: 'relation', cell }
  const whole = ['', 'ManagedElement', 'GNBDUFunction', 'GNBCUCPFunction', 'GNBCUUPFunction']
  return { scope: whole.includes(kind) ? 'element' : 'other' }
}

function emptyValues(): Values {
  return { own: new Map(), relations: new Map(), suspect: false }
}

function valuesOf(cells: Map<string, Values>, cell: string): Values {
  const values = cells.get(cell) ?? emptyValues()
  cells.set(cell, values)
  return values
}

function fieldsOf(values: Map<string, number>, periodS: number): Record<string, number> {
  const { energy_kwh, [averagePower]: powerW, ...fields } = Object.fromEntries(values)
  const energy = energyKwh(energy_kwh ?? null, powerW ?? null, periodS)
  return energy === null ? fields : { ...fields, energy_kwh: energy }
}
