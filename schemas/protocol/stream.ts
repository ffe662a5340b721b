/** Stream protocol v1, `ws://…/v1/stream`: JSON text messages. Times are epoch ms. */

export const protocolVersion = 1

export const statuses = ['provisional', 'final', 'corrected'] as const
export type Status = (typeof statuses)[number]

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
  readonly resume?: { readonly position: number }
}

export interface Subscribe {
  readonly type: 'subscribe'
  /** Chosen by the client; names the subscription in snapshots and errors. */
  readonly id: string
  readonly regions: readonly string[]
  readonly depth: Depth
  /** KPI ids or `feed.*` or `*`. */
  readonly kpis: readonly string[]
  readonly alerts?: boolean
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
  readonly heartbeat_ms: number
  /** The server's clock, so that a wall can show ages without trusting its own. */
  readonly server_time: number
  /** Event time per wall time; 1 outside simulated runs. */
  readonly clock_speed: number
}

/** The current value of every cell of the subscription. */
export interface Snapshot {
  readonly type: 'snapshot'
  readonly id: string
  readonly position: number
  readonly cells: readonly Cell[]
  readonly alerts: readonly unknown[]
}

/** Cells that changed since the frame before; the newest version of each. */
export interface Delta {
  readonly type: 'delta'
  readonly position: number
  readonly sent_at: number
  readonly cells: readonly Cell[]
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

export type ServerMessage = Welcome | Snapshot | Delta | Heartbeat | Pong | StreamError
