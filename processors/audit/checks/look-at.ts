import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import { CountyRow, countyLook } from './county-look.ts'
import { countyWindowsSql, movedAssetsSql } from './county-windows.ts'
import { KpiRow, kpiLook } from './kpi-look.ts'
import type { Chunk, Look } from './look.ts'
import { regionalKpisSql } from './regional-kpis.ts'

const MovedRow = Type.Object({ assets: Type.Number() })

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
  const [moved] = await selectRows(store, MovedRow, movedAssetsSql(range, vector, store.database))
  const sql = countyWindowsSql(range, vector, store.database, moved === undefined || moved.assets > 0)
  return countyLook(await selectRows(store, CountyRow, sql), range)
}
