import type { AlertLine } from '../../../schemas/alerts/alert.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { isObject } from '../../client/json-types.ts'
import { parseAlerts } from '../../client/parse-alert.ts'
import { parseCells } from '../../client/parse-cell.ts'
import { isNumber, isNumberOrNull, isText, listOf, objectOf, reader, type Shaped } from './shape.ts'

/** The cells in the answer of `GET /v1/kpis/at`; undefined when it is not such an answer. */
export function parseCellsAt(json: unknown): readonly Cell[] | undefined {
  return isObject(json) ? parseCells(json.cells) : undefined
}

export interface AlertsAt {
  readonly alerts: readonly AlertLine[]
  /** There were more than are listed. */
  readonly more: boolean
}

/** The answer of `GET /v1/alerts/at`. */
export function parseAlertsAt(json: unknown): AlertsAt | undefined {
  if (!isObject(json) || typeof json.more !== 'boolean') return undefined
  const alerts = parseAlerts(json.alerts)
  return alerts && { alerts, more: json.more }
}

const isCorrections = objectOf({
  from: isNumber,
  to: isNumber,
  slot_ms: isNumber,
  corrections: listOf(
    objectOf({ at: isNumber, values: isNumber, windows: isNumber, window_start: isNumber }),
  ),
})
export type Corrections = Shaped<typeof isCorrections>

/** The answer of `GET /v1/kpis/corrections`. */
export const parseCorrections = reader(isCorrections)

const isFiredAlert = objectOf({ alert_id: isText, severity: isText, fired_at: isNumberOrNull })
export type FiredAlert = Shaped<typeof isFiredAlert>
const isAlerts = objectOf({ alerts: listOf(isFiredAlert) })

/** The alerts in the answer of `GET /v1/alerts`, as far as the time machine needs them. */
export function parseFiredAlerts(json: unknown): readonly FiredAlert[] | undefined {
  return isAlerts(json) ? json.alerts : undefined
}
