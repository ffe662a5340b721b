import type { Clock } from '../../platform/clock.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { ExportFormat } from './export-request.ts'

export const exportStates = ['running', 'done', 'failed', 'cancelled'] as const

/** How an export is doing, as it goes out. */
export interface ExportState {
  readonly id: string
  readonly state: (typeof exportStates)[number]
  readonly format: ExportFormat
  /** Counted before it began; null until then. */
  readonly rows: number | null
  /** Null where it cannot be seen in the file while it is written: Parquet. */
  readonly rows_written: number | null
  readonly bytes_written: number
  readonly started_at: number
  readonly ended_at: number | null
  readonly error: { readonly code: string; readonly detail: string } | null
}

export interface ExportProgressOptions {
  readonly id: string
  readonly format: ExportFormat
  readonly clock: Clock
  readonly onBytes: (bytes: number) => void
  /** Called once. */
  readonly onEnd: (state: ExportState, cause: unknown) => void
}

/** One export: what is known of it while it runs, and how it ended. It ends once. */
export class ExportProgress {
  private readonly options: ExportProgressOptions
  private current: ExportState

  constructor(options: ExportProgressOptions) {
    const { id, format, clock } = options
    this.options = options
    this.current = {
      id,
      state: 'running',
      format,
      rows: null,
      rows_written: format === 'csv' ? 0 : null,
      bytes_written: 0,
      started_at: clock.now(),
      ended_at: null,
      error: null,
    }
  }

  get state(): ExportState {
    return this.current
  }

  counted(rows: number): void {
    this.current = { ...this.current, rows }
  }

  wrote(bytes: number, rows: number | null): void {
    const { bytes_written } = this.current
    this.current = { ...this.current, bytes_written: bytes_written + bytes, rows_written: rows }
    this.options.onBytes(bytes)
  }

  done(): void {
    this.end('done')
  }

  cancelled(): void {
    this.end('cancelled')
  }

  failed(cause: unknown): void {
    const code = cause instanceof CodedError ? cause.code : 'internal_error'
    this.end('failed', { code, detail: messageOf(cause) }, cause)
  }

  private end(state: ExportState['state'], error: ExportState['error'] = null, cause?: unknown): void {
    if (this.current.state !== 'running') return
    this.current = { ...this.current, state, error, ended_at: this.options.clock.now() }
    this.options.onEnd(this.current, cause)
  }
}
