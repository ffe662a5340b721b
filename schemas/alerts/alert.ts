import type { KpiId } from '../kpis/kpi.ts'
import type { Status } from '../protocol/status.ts'
import type { Feed } from '../records/record.ts'
import type { Level } from '../regions/regions.ts'
import type { Severity } from './severity.ts'

/**
 * pending: the condition holds, not for long enough yet. firing: somebody should know. unknown: it fired, and now there is
 * too little data to say. resolved: it is over. retracted: corrected values say that it should never have fired.
 */
export const alertStates = ['pending', 'firing', 'unknown', 'resolved', 'retracted'] as const
export type AlertState = (typeof alertStates)[number]

/** What happened to an alert: transitions of the rule, what people did, and what the system did about it. */
export const alertDeeds = [
  'pending',
  'fired',
  'raised_late',
  'unknown',
  'known',
  'resolved',
  'retracted',
  'corrected',
  'inhibited',
  'uninhibited',
  'silenced',
  'unsilenced',
  'flapping',
  'steady',
  'acknowledged',
  'assigned',
  'commented',
  'closed',
  'escalated',
] as const
export type AlertDeed = (typeof alertDeeds)[number]

/** One line of an alert's history. */
export interface AlertEntry {
  /** Event time at which it was so, or of the command; epoch ms. */
  readonly at: number
  readonly what: AlertDeed
  /** Who; null where it was the rule or a timer. */
  readonly by: string | null
  readonly note: string | null
  /** The window and revision that led to it, where one did. */
  readonly window_start: number | null
  readonly revision: number | null
  /** The command that asked for it: the same one is never applied twice. */
  readonly command_id: string | null
}

/** So much of a note that was folded stays, with a mark behind it. UTF-16 units. */
const foldedLength = 40
const foldMark = '…'

/** The line with only the beginning of what somebody said; all of it is in ClickHouse, see `alert_commands`. */
export function folded(entry: AlertEntry): AlertEntry {
  const { note } = entry
  if (note === null || note.length <= foldedLength + foldMark.length) return entry
  // Not through the middle of a character.
  const kept = note.slice(0, foldedLength).replace(/[\uD800-\uDBFF]$/, '')
  return { ...entry, note: `${kept}${foldMark}` }
}

/** Whether the line may have been folded: what it says looks as if it was. */
export function isFolded({ by, note }: AlertEntry): boolean {
  return (
    by !== null && note !== null && note.length <= foldedLength + foldMark.length && note.endsWith(foldMark)
  )
}

/**
 * One episode in which a rule's condition held in a region: a replacement for every value with the same `alert_id` and a
 * smaller `version`. Value of `alert.events` (key = alert_id), row of view `alerts`, and what REST, the stream and the
 * wall show. Times are event time, epoch ms.
 */
export interface Alert {
  /** `<rule>:<region>:<first window as yyyymmddThhmmssZ>`: the same after a restart, safe in an address. */
  readonly alert_id: string
  /** A clock made of the logs that were read; of two values the greater one holds. */
  readonly version: number
  readonly rule: string
  /** The rule's group. */
  readonly rule_group: string
  readonly kpi: KpiId
  readonly feed: Feed
  readonly region: string
  readonly level: Level
  readonly severity: Severity
  readonly state: AlertState
  readonly labels: Readonly<Record<string, string>>
  /** Rendered: `summary_zh`, `summary_en`, `description_zh`, `description_en`, `runbook`. */
  readonly annotations: Readonly<Record<string, string>>
  /** Start of the first window in which the condition held. */
  readonly active_since: number
  /** End of the window with which it fired; null while it never did. */
  readonly fired_at: number | null
  /** End of the window with which it was over. */
  readonly resolved_at: number | null
  readonly retracted_at: number | null
  /** It should have fired earlier: corrected values said so afterwards. */
  readonly raised_late: boolean
  /** The newest window that was judged, and what it said. */
  readonly window_start: number
  readonly window_end: number
  readonly value: number | null
  /** What the condition compares with, in the KPI's unit. */
  readonly threshold: number | null
  readonly coverage: number | null
  readonly cell_status: Status
  readonly revision: number
  readonly cell_version: number
  /** The alert that says more of the same; this one is then listed under it and wakes nobody. */
  readonly inhibited_by: string | null
  readonly silenced_by: readonly string[]
  readonly flapping: boolean
  readonly acknowledged_by: string | null
  readonly acknowledged_at: number | null
  /** The unit it was dispatched to, and until when. */
  readonly assigned_to: string | null
  readonly due_at: number | null
  readonly closed_by: string | null
  readonly closed_at: number | null
  /** How often it was escalated because nobody acknowledged it in time. */
  readonly escalations: number
  /** When this value was made. */
  readonly updated_at: number
  readonly history: readonly AlertEntry[]
}

/** An alert as lists and the stream tell it. */
export type AlertLine = Omit<Alert, 'history'>

/** Whether it is still going on. */
export function isOpen({ state }: Pick<Alert, 'state'>): boolean {
  return state === 'pending' || state === 'firing' || state === 'unknown'
}

/** Whether its condition ceased to hold before it fired: nobody was told, and nobody need know. */
export function cameToNothing({ state, fired_at }: Pick<Alert, 'state' | 'fired_at'>): boolean {
  return state === 'resolved' && fired_at === null
}

/** Whether somebody should look: it is on, and neither muted nor closed. */
export function isDemanding(
  alert: Pick<Alert, 'state' | 'inhibited_by' | 'silenced_by' | 'closed_at'>,
): boolean {
  const { state, inhibited_by, silenced_by, closed_at } = alert
  return (
    (state === 'firing' || state === 'unknown') && !inhibited_by && silenced_by.length === 0 && !closed_at
  )
}
