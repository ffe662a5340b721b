import { CellSpace } from '../../../api/cells/cell-space.ts'
import { CellTable } from '../../../api/cells/cell-table.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import { regions } from '../../../schemas/regions/regions.ts'

const minute = 60_000

/** Every KPI three times: some 12,000 cells over all regions. */
const manyKpis: readonly Kpi[] = ['', '_b', '_c'].flatMap(suffix =>
  kpis.map(kpi => ({ ...kpi, id: `${kpi.id}${suffix}` })),
)
const series = [...new Set(kpis.map(({ of }) => of))]

/** A table in which cells change as they do on a busy day: region by region, all KPIs of a record type at once. */
export class ChangingCells {
  readonly table = new CellTable(new CellSpace(regions, manyKpis))
  private readonly start = Date.now() - minute
  private offset = 0
  private turn = 0

  constructor() {
    this.table.beginAt(0)
    for (let turn = 0; turn < regions.length * series.length; turn++) this.changeNext()
    this.table.takeChanged()
  }

  /** Changes at least this many cells; returns how many. */
  change(wanted: number): number {
    let changed = 0
    while (changed < wanted) changed += this.changeNext()
    return changed
  }

  private changeNext(): number {
    const turn = this.turn++
    // A stride without a common factor visits every pair once in a round.
    const pair = (turn * 97) % (regions.length * series.length)
    const region = regions[pair % regions.length]
    const record = series[Math.floor(pair / regions.length)]
    if (!region || !record) throw new RangeError('no such pair')
    const columns = this.table.space.columnsOf(record)
    const offset = this.offset++
    this.table.put(
      {
        region: region.code,
        record,
        window_start: this.start,
        window_end: this.start + minute,
        status: 'provisional',
        revision: 0,
        version: offset,
        coverage: 0.9876,
        readings: offset,
        event_time_max: this.start + 59_000,
        kpis: columns.map(({ kpi }, index) => ({ kpi: kpi.id, value: ((offset + index) * 1.37) % 100 })),
      },
      offset,
    )
    this.table.advanceTo(offset + 1)
    return columns.length
  }
}
