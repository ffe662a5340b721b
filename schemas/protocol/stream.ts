import type { AlertLine } from '../alerts/alert.ts'
import type { Status } from './status.ts'

export { type Status, statuses } from './status.ts'

/** Stream protocol v1, `ws://…/v1/stream`: JSON text messages. Times are epoch ms. */

export const protocolVersion = 1

/** One KPI of one region and window. */
export interface Cell {
  readonly kpi: string
  readonly region: string
  readonly window_start: number
  readonly window_end: number
  /** Null where the denominator is empty. */
  readonly value: number | null
  readonly status: Status
  /** 0 provisional, 1 final, 2 and up corrected. */
  readonly revision: number
  /** Of two cells for the same kpi, region and window the one with the greater version holds. */
  readonly version: number
  /** 0..1; null where no asset is expected to report. */
  readonly coverage: number | null
  readonly readings: number
  readonly event_time_max: number | null
}

export const depths = ['self', 'children', 'subtree'] as const
export type Depth = (typeof depths)[number]

export interface Hello {
  readonly type: 'hello'
  readonly protocol: number
  readonly token?: string
  /** The screen that a kiosk token is bound to. */
  readonly wall?: string
  /**
   * The position up to which every subscription that does not say `fresh` is complete: they are told only what changed
   * since. `seen`: the greatest position of a frame that this client applied, where it is a greater one. Both belong to
   * `log` (`welcome.log`).
   */
  readonly resume?: { readonly position: number; readonly seen?: number; readonly log?: string }
}

export interface Subscribe {
  readonly type: 'subscribe'
  /** Chosen by the client; names the subscription in snapshots and errors. */
  readonly id: string
  readonly regions: readonly string[]
  readonly depth: Depth
  /** KPI ids or `feed.*` or `*`; may be empty where alerts are all that is wanted. */
  readonly kpis: readonly string[]
  /** Whether alerts of these regions are wanted, whatever the KPIs. */
  readonly alerts?: boolean
  /** The client holds nothing of this subscription, whatever its hello resumed. */
  readonly fresh?: boolean
}

export interface Unsubscribe {
  readonly type: 'unsubscribe'
  readonly id: string
}

export interface Ping {
  readonly type: 'ping'
}

export type ClientMessage = Hello | Subscribe | Unsubscribe | Ping

export interface Welcome {
  readonly type: 'welcome'
  readonly protocol: number
  /** Offset of `kpi.regional` up to which this server has read, exclusive. */
  readonly position: number
  /** Names the log that positions belong to: another one means that positions held mean nothing. */
  readonly log?: string
  readonly heartbeat_ms: number
  /** The server's clock, so that a wall can show ages without trusting its own. */
  readonly server_time: number
  /** Event time per wall time; 1 outside simulated runs. */
  readonly clock_speed: number
}

/** Why a client that resumes is sent everything again. */
export const freshReasons = ['position_too_old', 'position_ahead', 'other_log'] as const
export type FreshReason = (typeof freshReasons)[number]

/** The current value of every cell of the subscription; with `since`, of every cell that changed since. */
export interface Snapshot {
  readonly type: 'snapshot'
  readonly id: string
  readonly position: number
  /** Only cells that changed at or after this position are listed: the others are as the client holds them. */
  readonly since?: number
  /** Why this is everything although the client resumes; with `position_ahead`, what it holds may be newer. */
  readonly reason?: FreshReason
  readonly cells: readonly Cell[]
  /**
   * Always whole, with `since` too: every alert of the regions that goes on, and the last that are over. Those held of the
   * subscription that are not listed are no more. Empty where alerts were not asked for.
   */
  readonly alerts: readonly AlertLine[]
  /**
   * Offset of `alert.events` up to which this server has read, exclusive. Where that is less than a server before had
   * read, alerts that are not listed may still be there. Absent where alerts were not asked for.
   */
  readonly alerts_position?: number
}

/** Cells that changed since the frame before; the newest version of each. */
export interface Delta {
  readonly type: 'delta'
  readonly position: number
  readonly sent_at: number
  readonly cells: readonly Cell[]
}

/** An alert changed; of one alert the greatest version holds. */
export interface AlertTold {
  readonly type: 'alert'
  /** As in a heartbeat: everything below it was sent. */
  readonly position: number
  /** Offset of `alert.events` up to which this server has read, exclusive. */
  readonly alerts_position: number
  readonly alert: AlertLine
}

export interface Heartbeat {
  readonly type: 'heartbeat'
  readonly position: number
  readonly server_time: number
}

export interface Pong {
  readonly type: 'pong'
}

export interface StreamError {
  readonly type: 'error'
  readonly code: string
  readonly message: string
  /** The subscription it is about, if any. */
  readonly id?: string
}

export type ServerMessage = Welcome | Snapshot | Delta | AlertTold | Heartbeat | Pong | StreamError
