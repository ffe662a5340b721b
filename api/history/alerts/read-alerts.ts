import type { Alert } from '../../../schemas/alerts/alert.ts'
import { AlertSchema } from '../../rest/alerts/alert-schema.ts'
import { askHistory, type History } from '../ask-history.ts'

const times = new Set([
  'active_since',
  'fired_at',
  'resolved_at',
  'retracted_at',
  'window_start',
  'window_end',
  'acknowledged_at',
  'due_at',
  'closed_at',
  'updated_at',
])

const entry =
  'Array(Tuple(at Int64, what String, by Nullable(String), note Nullable(String), window_start Nullable(Int64), ' +
  'revision Nullable(Int32), command_id Nullable(String)))'

const columns = Object.keys(AlertSchema.properties)
  .map(name => {
    if (name === 'history') {
      return `CAST(arrayMap(h -> (toUnixTimestamp64Milli(h.at), h.what, h.by, h.note, toUnixTimestamp64Milli(h.window_start), h.revision, h.command_id), a.history), '${entry}') AS history`
    }
    return times.has(name) ? `toUnixTimestamp64Milli(a.${name}) AS ${name}` : `a.${name} AS ${name}`
  })
  .join(', ')

export interface StoredChoice {
  readonly regions: readonly string[]
  /** Updated at or after this, epoch ms. */
  readonly since: number
  readonly limit: number
}

/** Alerts of some regions that fired or may, those that were updated last first. @throws CodedError `history_unavailable` or `history_timeout`. */
export async function readAlerts(
  history: History,
  { regions, since, limit }: StoredChoice,
): Promise<readonly Alert[]> {
  const text = `
SELECT ${columns}
FROM {database: Identifier}.alerts AS a
WHERE a.region IN {regions: Array(String)} AND a.updated_at >= fromUnixTimestamp64Milli({since: Int64})
  AND NOT (a.state = 'resolved' AND a.fired_at IS NULL)
ORDER BY a.updated_at DESC
LIMIT {limit: UInt32}`
  const params = { database: history.database, regions, since, limit }
  return askHistory(history, { text, params }, AlertSchema)
}

export interface StoredAround {
  readonly regions: readonly string[]
  /** Epoch ms. */
  readonly time: number
  readonly limit: number
}

/** People act by other clocks than windows are judged by: what changed last may be stamped earlier than what was before, ms. */
const skewMs = 3_600_000

/**
 * Alerts of some regions that may have been open at a time, as they are known now; those that fired first.
 * @throws CodedError `history_unavailable` or `history_timeout`.
 */
export async function readAlertsAround(
  history: History,
  { regions, time, limit }: StoredAround,
): Promise<readonly Alert[]> {
  const text = `
SELECT ${columns}
FROM {database: Identifier}.alerts AS a
WHERE a.region IN {regions: Array(String)}
  AND (a.state IN ('pending', 'firing', 'unknown') OR a.updated_at > fromUnixTimestamp64Milli({changed: Int64}))
  AND (a.fired_at <= fromUnixTimestamp64Milli({time: Int64})
    OR arrayExists(h -> h.at <= fromUnixTimestamp64Milli({time: Int64}), a.history))
ORDER BY a.fired_at IS NULL, a.fired_at DESC
LIMIT {limit: UInt32}`
  const params = { database: history.database, regions, time, changed: Math.max(0, time - skewMs), limit }
  return askHistory(history, { text, params }, AlertSchema)
}

/** One alert, or nothing. @throws CodedError `history_unavailable` or `history_timeout`. */
export async function readAlert(history: History, id: string): Promise<Alert | undefined> {
  const text = `
SELECT ${columns}
FROM {database: Identifier}.alerts AS a
WHERE a.alert_id = {id: String}
LIMIT 1`
  const params = { database: history.database, id }
  const [found] = await askHistory(history, { text, params }, AlertSchema)
  return found
}
