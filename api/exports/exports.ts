import { randomUUID } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { ExportProgress, type ExportState } from './export-progress.ts'
import type { ExportFormat } from './export-request.ts'

/** Finished exports that are remembered; the oldest are forgotten. */
const remembered = 1_000
/** One viewer leaves room for others. */
const runningOfOneViewer = 2

export interface ExportsOptions {
  /** Exports that run at once. */
  readonly running: number
  /** Rows of one export. */
  readonly maxRows: number
  /** An export that takes longer is broken off, ms. */
  readonly longestMs: number
  readonly metrics: Metrics
  readonly log: Log
  /** Wall clock. */
  readonly clock: Clock
}

/** The exports of this process: how many may run, and how each one went. In memory, and bounded. */
export class Exports {
  readonly maxRows: number
  readonly longestMs: number
  private readonly options: ExportsOptions
  /** By viewer and id, oldest first: nobody learns of the exports of others. */
  private readonly known = new Map<string, ExportProgress>()
  private readonly running = new Map<ExportProgress, string>()
  private readonly outcomes
  private readonly bytes

  constructor(options: ExportsOptions) {
    this.options = options
    this.maxRows = options.maxRows
    this.longestMs = options.longestMs
    const { metrics } = options
    this.outcomes = metrics.counter('exports', 'exports that ended, by format and outcome', [
      'format',
      'outcome',
    ])
    this.bytes = metrics.counter('export_bytes', 'bytes of exports handed to clients')
    metrics.gauge('exports_running', 'exports that run now', [], () => this.running.size)
  }

  /**
   * @param id chosen by the viewer, or absent
   * @throws CodedError `too_many_exports`, `exports_busy` or `export_id_taken`.
   */
  begin(viewer: string, format: ExportFormat, id: string = randomUUID()): ExportProgress {
    const own = [...this.running.values()].filter(name => name === viewer).length
    if (own >= runningOfOneViewer) {
      throw new CodedError('too_many_exports', `${own} exports of ${viewer} are running`, {
        hint: 'wait until one has ended',
      })
    }
    if (this.running.size >= this.options.running) {
      throw new CodedError('exports_busy', `${this.running.size} exports are running`)
    }
    const key = keyOf(viewer, id)
    if (this.known.get(key)?.state.state === 'running') {
      throw new CodedError('export_id_taken', `export ${id} is running`, { hint: 'choose another id' })
    }
    const { clock } = this.options
    const begun = new ExportProgress({
      id,
      format,
      clock,
      onBytes: bytes => this.bytes.inc(bytes),
      onEnd: (state, cause) => this.ended(begun, state, cause),
    })
    this.known.delete(key)
    this.known.set(key, begun)
    this.running.set(begun, viewer)
    this.forget()
    return begun
  }

  /** @throws CodedError `export_not_found` for those of other viewers and other processes too. */
  find(viewer: string, id: string): ExportState {
    const found = this.known.get(keyOf(viewer, id))
    if (found) return found.state
    throw new CodedError('export_not_found', `no export ${JSON.stringify(id)} of ${viewer} is known here`, {
      hint: 'the instance that writes it knows it, and remembers the last ones',
    })
  }

  private ended(ended: ExportProgress, state: ExportState, cause: unknown): void {
    this.running.delete(ended)
    this.outcomes.inc({ format: state.format, outcome: state.state })
    if (state.state !== 'failed') return
    const { id, rows, rows_written, bytes_written, error } = state
    this.options.log.error(
      { id, rows, rows_written, bytes_written, code: error?.code, reason: error?.detail, err: cause },
      'an export broke off',
    )
  }

  private forget(): void {
    for (const [key, { state }] of this.known) {
      if (this.known.size <= remembered) return
      if (state.state !== 'running') this.known.delete(key)
    }
  }
}

function keyOf(viewer: string, id: string): string {
  return JSON.stringify([viewer, id])
}
