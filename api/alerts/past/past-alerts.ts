import { type Alert, isOpen } from '../../../schemas/alerts/alert.ts'
import type { StoredCellAt } from '../../history/past/cells-at.ts'
import { alertNow } from './alert-now.ts'
import { alertThen } from './alert-then.ts'

/** An alert of a past time. */
export interface PastAlert {
  readonly alert: Alert
  /** It has not changed since. Else its window and value are not those of the time, and have to be looked up. */
  readonly isWhole: boolean
}

/**
 * The alerts that were open at a time, as they were known then or as they are known now; of what is known now also those
 * that were open then and should not have been.
 * @param time epoch ms
 */
export function pastAlerts(
  alerts: Iterable<Alert>,
  time: number,
  known: 'then' | 'now',
): readonly PastAlert[] {
  const past: PastAlert[] = []
  for (const alert of alerts) {
    const stood = known === 'then' ? alertThen(alert, time) : alertNow(alert, time)
    if (!stood || (known === 'then' && !isOpen(stood))) continue
    const isWhole = stood === alert && alert.updated_at <= time
    past.push({ alert: isWhole ? alert : withoutNews(stood, alert), isWhole })
  }
  return past
}

/** @param cell the newest window of its KPI and region at the time, as it is known in the same sense */
export function withWindow(alert: Alert, cell: StoredCellAt | undefined): Alert {
  if (!cell) return alert
  const { window_start, window_end, value, coverage, revision } = cell
  return {
    ...alert,
    window_start,
    window_end,
    value,
    coverage,
    cell_status: cell.status,
    revision,
    cell_version: cell.version,
  }
}

/**
 * Without what the last version says of a later window. The texts of an alert that is over tell what was so when it fired;
 * those of one that was on longer, or again, speak of its newest window.
 */
function withoutNews(alert: Alert, last: Alert): Alert {
  const isTold = last.state === 'resolved' && alert.fired_at === last.fired_at
  const named = alert.history.findLast(({ window_start }) => window_start !== null)
  const start = named?.window_start ?? alert.active_since
  const revision = named?.revision ?? 0
  const { runbook } = alert.annotations
  return {
    ...alert,
    annotations: isTold ? alert.annotations : runbook === undefined ? {} : { runbook },
    window_start: start,
    window_end: start + last.window_end - last.window_start,
    value: null,
    coverage: null,
    cell_status: revision > 1 ? 'corrected' : revision === 1 ? 'final' : 'provisional',
    revision,
    cell_version: 0,
  }
}
