import type { ConnectionState } from '../../../client/stream-client.ts'

/** The wall's clock and connection as of the latest second. */
export interface Pulse {
  /** Server time, epoch ms; null before the first welcome. */
  readonly now: number | null
  readonly speed: number
  /** Whether a snapshot came. */
  readonly loaded: boolean
  readonly connection: ConnectionState
  /** Wall time since the stream was lost; null while it lives. */
  readonly lostForMs: number | null
  /** Wall time for which no data has come through a connection that lives; null while it comes as usual. */
  readonly silentForMs: number | null
  /** Newest event time of any cell, epoch ms. */
  readonly newestEventTime: number | null
  /** Of the past: by how much final values come later than those that were shown then, ms. */
  readonly settleMs?: number
}
