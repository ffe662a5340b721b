import type { Silence } from './silence.ts'

/** What people do about alerts. */
export const alertActions = ['ack', 'dispatch', 'comment', 'close', 'silence', 'unsilence'] as const
export type AlertAction = (typeof alertActions)[number]

/**
 * What people may do about one alert. Its message carries a line of each, so that none is applied twice, and a broker takes a
 * message of 1 MiB at most.
 */
export const mostCommands = 500
/** Of these are comments, so that room is left to acknowledge, dispatch and close. */
export const mostComments = 400

/**
 * Value of `alert.commands` (one partition, key = alert_id or silence_id). The api checks who may do it and writes it; the
 * alerting process alone changes alerts and silences, and applies a `command_id` once.
 */
export interface AlertCommand {
  readonly command_id: string
  /** Event time, epoch ms. */
  readonly at: number
  /** Who, as their token says. */
  readonly by: string
  readonly action: AlertAction
  /** For ack, dispatch, comment and close. */
  readonly alert_id: string | null
  readonly note: string | null
  /** For dispatch: the unit, and until when (null: by severity). */
  readonly assigned_to: string | null
  readonly due_at: number | null
  /** For silence: what is to hold; for unsilence: only its id counts. */
  readonly silence: Silence | null
}
