import type { Kpi } from '../../schemas/kpis/kpi.ts'
import type { Region } from '../../schemas/regions/regions.ts'

/** Where a KPI stands in the space. */
export interface KpiColumn {
  readonly kpi: Kpi
  readonly column: number
}

/**
 * Every (region, KPI) pair as one integer: `region × columns + column`.
 * Sets of cells are then byte arrays, and no string is hashed on the way of a change to the wall.
 */
export class CellSpace {
  readonly regions: readonly Region[]
  readonly kpis: readonly Kpi[]
  readonly size: number
  private readonly regionIndexes: ReadonlyMap<string, number>
  private readonly columns: ReadonlyMap<string, number>
  private readonly bySeries: ReadonlyMap<string, readonly KpiColumn[]>

  constructor(regions: readonly Region[], kpis: readonly Kpi[]) {
    this.regions = regions
    this.kpis = kpis
    this.size = regions.length * kpis.length
    this.regionIndexes = new Map(regions.map(({ code }, index) => [code, index]))
    this.columns = new Map(kpis.map(({ id }, column) => [id, column]))
    this.bySeries = Map.groupBy(
      kpis.map((kpi, column): KpiColumn => ({ kpi, column })),
      ({ kpi }) => kpi.of,
    )
  }

  regionIndex(code: string): number | undefined {
    return this.regionIndexes.get(code)
  }

  columnOf(kpi: string): number | undefined {
    return this.columns.get(kpi)
  }

  /** The KPIs computed from one record type or census; empty for one that is not known here. */
  columnsOf(series: string): readonly KpiColumn[] {
    return this.bySeries.get(series) ?? []
  }

  cellAt(regionIndex: number, column: number): number {
    return regionIndex * this.kpis.length + column
  }

  regionAt(cell: number): Region {
    return at(this.regions, Math.floor(cell / this.kpis.length))
  }

  kpiAt(cell: number): Kpi {
    return at(this.kpis, cell % this.kpis.length)
  }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new RangeError(`no cell there: ${index} of ${list.length}`)
  return item
}
