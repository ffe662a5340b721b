import { type Static, Type } from 'typebox'
import { readingTable } from '../../schemas/clickhouse/reading-tables.ts'
import { recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { EpochMs, NullableEpochMs, NullableString } from '../rest/wire-schemas.ts'
import { askHistory, type History } from './ask-history.ts'
import type { SqlQuery } from './sql-query.ts'

export const maxSilentAssets = 200

/** Only readings of this time before now are looked at: the cost does not grow with what is stored. */
export const lookedBackMs = 3_600_000

/** An asset is silent when nothing came for so many of its periods, and for so long at least. */
const silentPeriods = 3
const leastSilenceS = 60

export const SilentAsset = Type.Object({
  asset_id: Type.String(),
  name: NullableString,
  record: Type.String(),
  county: Type.String(),
  period_s: Type.Number({ description: 'Expected reporting period, s' }),
  last_reading: {
    ...NullableEpochMs,
    description: 'Newest stored event time, epoch ms; null when there is none in the time looked back',
  },
  last_refused: {
    ...NullableEpochMs,
    description:
      'When a reading of it was refused last, epoch ms; null when none was in the time looked back',
  },
  refused_code: { ...NullableString, description: 'Why that one was refused' },
  as_of: { ...EpochMs, description: 'Newest event time of its record type, up to which its silence is told' },
})
export type SilentAsset = Static<typeof SilentAsset>

const Row = Type.Object({ ...SilentAsset.properties, total: Type.Integer() })
const Due = Type.Object({ expected: Type.Integer() })

export interface SilentQuery {
  readonly counties: readonly string[]
  /** Epoch ms. */
  readonly now: number
}

export interface Silence {
  /** Assets that should report, as often as can be told in the time looked back. */
  readonly expected: number
  /** Of these, how many are silent. */
  readonly total: number
  /** The longest silent first, at most `maxSilentAssets`. */
  readonly assets: readonly SilentAsset[]
}

/**
 * The assets in service that should report periodically and do not. They are held against the newest reading of their
 * record type, not against the clock: a feed that stands still as a whole is not a thousand broken devices.
 * @throws CodedError `history_unavailable` or `history_timeout`.
 */
export async function readSilentAssets(history: History, query: SilentQuery): Promise<Silence> {
  const [rows, due] = await Promise.all([
    askHistory(history, silentQuery(history.database, query), Row),
    askHistory(history, dueQuery(history.database, query), Due),
  ])
  return {
    expected: due[0]?.expected ?? 0,
    total: rows[0]?.total ?? 0,
    assets: rows.map(({ total: _, ...asset }) => asset),
  }
}

const periodic = recordIds.filter(id => records[id].periodic)

const dueSql = `
SELECT asset_id, name, record, county, assumeNotNull(period_s) AS period
FROM {database: Identifier}.assets
WHERE county IN {counties: Array(String)} AND record IN (${periodic.map(id => `'${id}'`).join(', ')})
    AND period_s > 0 AND ${silentPeriods} * period_s * 1000 <= ${lookedBackMs}
    AND (commissioned_at IS NULL OR commissioned_at < fromUnixTimestamp64Milli({now: Int64}))
    AND (retired_at IS NULL OR retired_at > fromUnixTimestamp64Milli({now: Int64}))`

/** The newest reading of every asset that said something; repeated rows of the stores change nothing here. */
const newestSql = periodic
  .map(
    id => `
    SELECT '${id}' AS record, asset_id, toUnixTimestamp64Milli(max(event_time)) AS last,
        max(last) OVER () AS newest
    FROM {database: Identifier}.${readingTable(id).name}
    WHERE event_time >= fromUnixTimestamp64Milli({from: Int64})
        AND event_time <= fromUnixTimestamp64Milli({now: Int64})
    GROUP BY asset_id`,
  )
  .join('\n    UNION ALL')

/** What was refused of every asset last. */
const refusedSql = `
    SELECT record, assumeNotNull(asset_id) AS asset_id, toUnixTimestamp64Milli(max(received_at)) AS last_refused,
        argMax(code, received_at) AS code
    FROM {database: Identifier}.rejected_store
    WHERE received_at >= fromUnixTimestamp64Milli({from: Int64}) AND asset_id IS NOT NULL
    GROUP BY record, asset_id`

function silentQuery(database: string, { counties, now }: SilentQuery): SqlQuery {
  return {
    text: `
SELECT asset_id, name, record, county, period AS period_s, last_reading, as_of, last_refused, refused_code,
    count() OVER () AS total
FROM
(
    SELECT d.asset_id AS asset_id, d.name AS name, d.record AS record, d.county AS county, d.period AS period,
        n.last AS last_reading, r.last_refused AS last_refused, r.code AS refused_code,
        ifNull(max(n.newest) OVER (PARTITION BY d.record), {now: Int64}) AS as_of
    FROM (${dueSql}) AS d
    LEFT JOIN (${newestSql}
    ) AS n ON n.record = d.record AND n.asset_id = d.asset_id
    LEFT JOIN (${refusedSql}
    ) AS r ON r.record = d.record AND r.asset_id = d.asset_id
    SETTINGS join_use_nulls = 1
)
WHERE isNull(last_reading)
    OR as_of - last_reading > 1000 * greatest(${leastSilenceS}, ${silentPeriods} * period)
ORDER BY last_reading ASC NULLS FIRST, asset_id
LIMIT ${maxSilentAssets}`,
    params: { database, counties, now, from: now - lookedBackMs },
  }
}

function dueQuery(database: string, { counties, now }: SilentQuery): SqlQuery {
  return { text: `SELECT count() AS expected FROM (${dueSql})`, params: { database, counties, now } }
}
