import type { Alert, AlertDeed } from '../../schemas/alerts/alert.ts'
import { newestFirst } from './choose-alerts.ts'

export interface Shift {
  /** Event time, epoch ms. */
  readonly since: number
  readonly until: number
}

/** What somebody did about an alert. */
export interface Deed {
  readonly at: number
  readonly what: AlertDeed
  readonly by: string
  readonly note: string | null
  readonly alert_id: string
  readonly rule: string
  readonly region: string
}

export interface HandOver {
  /** Became somebody's business during the shift; also what is over since. */
  readonly fired: readonly Alert[]
  /** Goes on and is somebody's business, whenever it began. */
  readonly open: readonly Alert[]
  /** Should never have fired. */
  readonly retracted: readonly Alert[]
  /** Should have fired earlier. */
  readonly raised_late: readonly Alert[]
  readonly deeds: readonly Deed[]
}

/** What the next shift must know of the alerts of some regions: a pure function of the alerts as they stand. */
export function handOver(alerts: Iterable<Alert>, { since, until }: Shift): HandOver {
  const all = [...alerts].toSorted(newestFirst)
  const isIn = (at: number | null): boolean => at !== null && at >= since && at < until
  const happened = (alert: Alert, what: AlertDeed): boolean =>
    alert.history.some(entry => entry.what === what && isIn(entry.at))
  return {
    fired: all.filter(alert => isIn(alert.fired_at) || happened(alert, 'raised_late')),
    open: all.filter(({ state }) => state === 'firing' || state === 'unknown'),
    retracted: all.filter(({ retracted_at }) => isIn(retracted_at)),
    raised_late: all.filter(alert => happened(alert, 'raised_late')),
    deeds: all.flatMap(alert => deedsOf(alert, isIn)).toSorted((left, right) => right.at - left.at),
  }
}

function deedsOf({ alert_id, rule, region, history }: Alert, isIn: (at: number) => boolean): readonly Deed[] {
  return history.flatMap(({ at, what, by, note }) =>
    by !== null && isIn(at) ? [{ at, what, by, note, alert_id, rule, region }] : [],
  )
}
