import { createClient } from '@clickhouse/client'
import { clickhousePassword } from '../../clickhouse-password.ts'

export interface StoredRevisions {
  /** Late notices. */
  readonly notices: number
  /** Revisions after the first, of all regions. */
  readonly revisions: number
  /** Windows of the province among them. */
  readonly windows: number
  /** The greatest revision of any. */
  readonly greatest: number
}

const queries = {
  notices: 'SELECT count() AS n FROM citybrain.late',
  revisions: `
    SELECT uniqExact(record, region, window_start, revision) AS n FROM citybrain.kpi_revisions WHERE revision > 1`,
  windows: `
    SELECT uniqExact(record, window_start) AS n FROM citybrain.kpi_revisions
    WHERE revision > 1 AND level = 'province'`,
  greatest: 'SELECT max(revision) AS n FROM citybrain.kpi_revisions',
} as const satisfies Record<keyof StoredRevisions, string>

/** What became of late readings, as ClickHouse has it. */
export async function storedRevisions(clickhouseUrl: string): Promise<StoredRevisions> {
  const client = createClient({ url: clickhouseUrl, password: clickhousePassword })
  const ask = async (query: string): Promise<number> => {
    const result = await client.query({ query, format: 'JSONEachRow' })
    const [row] = await result.json<{ readonly n: number | string }>()
    return Number(row?.n)
  }
  try {
    return {
      notices: await ask(queries.notices),
      revisions: await ask(queries.revisions),
      windows: await ask(queries.windows),
      greatest: await ask(queries.greatest),
    }
  } finally {
    await client.close()
  }
}
