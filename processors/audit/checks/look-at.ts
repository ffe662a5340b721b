import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import { CountyRow, countyLook } from './county-look.ts'
import { countyWindowsSql } from './county-windows.ts'
import { KpiRow, kpiLook } from './kpi-look.ts'
import type { Chunk, Look } from './look.ts'
import { regionalKpisSql } from './regional-kpis.ts'

/**
 * Compares what is stored of some windows with what they are made of: counties with their readings, a KPI of all
 * regions with the counties. Only readings count that were archived by then. @throws ClickHouseError
 */
export async function lookAt(store: Store, { series, spans }: Chunk, progress: LogProgress): Promise<Look> {
  const { record, sizeMs, kpi } = series
  if (kpi)
    return kpiLook(await selectRows(store, KpiRow, regionalKpisSql(kpi, spans, store.database)), series)
  const range = { record, sizeMs, spans }
  const vector = progress.records.get(record)?.archived ?? []
  return countyLook(
    await selectRows(store, CountyRow, countyWindowsSql(range, vector, store.database)),
    range,
  )
}
