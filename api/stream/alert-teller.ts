import type { AlertBook } from '../alerts/alert-book.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { alertFrame } from './alert-frames.ts'
import type { Session } from './session.ts'

export interface AlertTellerOptions {
  readonly book: AlertBook
  readonly table: CellTable
  /** It does not read: it is sent nothing until it does. */
  readonly onCongested: (session: Session) => void
}

/**
 * Tells clients of alerts that changed since the tick before: each is encoded once and the same bytes go to all who are
 * told of its region. A client that does not keep up costs a number, the last change it was told of.
 */
export class AlertTeller {
  private readonly options: AlertTellerOptions
  private told = 0

  constructor(options: AlertTellerOptions) {
    this.options = options
  }

  /** @param now wall time, epoch ms */
  tell(sessions: Iterable<Session>, now: number): void {
    const { book } = this.options
    const frames = new Map<string, Buffer>()
    const changed = this.placed(this.told)
    for (const session of sessions) {
      const { scope } = session
      if (scope.isEmpty || (changed.length === 0 && scope.missedFrom === undefined)) continue
      const missed = scope.missedFrom === undefined ? changed : this.placed(scope.missedFrom)
      const concerned = missed.filter(({ index }) => scope.covers(index))
      if (concerned.length === 0) {
        scope.missedFrom = undefined
      } else if (session.behind || session.isCongested) {
        scope.missedFrom ??= this.told
        this.options.onCongested(session)
      } else if (scope.missedFrom !== undefined && scope.missedFrom < book.forgottenChange) {
        // What it missed may not be known any more: it is told everything when it comes back.
        session.close('tooSlow')
      } else {
        for (const { alert } of concerned) {
          const bytes = frames.get(alert.alert_id) ?? alertFrame(book, alert, this.options.table.position)
          frames.set(alert.alert_id, bytes)
          session.deliver({ type: 'alert', bytes, cells: 0 }, now)
        }
        scope.missedFrom = undefined
      }
    }
    this.told = book.change
  }

  private placed(change: number) {
    const { book, table } = this.options
    return book
      .changedSince(change)
      .map(alert => ({ alert, index: table.space.regionIndex(alert.region) ?? -1 }))
  }
}
