import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertBook } from '../book/alert-book.ts'
import { nextVersion } from '../book/alert-version.ts'

/** Writes into the book, and remembers what has to be told of it. */
export class AlertChanges {
  private readonly book: AlertBook
  /** Changed, and without its new version yet, by id: when it was changed. */
  private readonly open = new Map<string, number>()
  private readonly told = new Map<string, Alert | null>()

  constructor(book: AlertBook) {
    this.book = book
  }

  /** @param at when it changed, epoch ms */
  put(alert: Alert, at: number): void {
    this.book.put(alert)
    this.open.set(alert.alert_id, Math.max(at, this.open.get(alert.alert_id) ?? 0))
  }

  remove(id: string): void {
    this.book.remove(id)
    this.open.delete(id)
    this.told.set(id, null)
  }

  /** Those changed since the last seal. */
  changed(): readonly Alert[] {
    return [...this.open.keys()].flatMap(id => this.book.get(id) ?? [])
  }

  /** What changed by one input gets one version. @param position of kpi.regional that was judged up to, exclusive */
  seal(position: number): void {
    for (const [id, at] of this.open) {
      const alert = this.book.get(id)
      if (!alert) continue
      const sealed = { ...alert, version: nextVersion(alert.version, position), updated_at: at }
      this.book.put(sealed)
      this.told.set(id, sealed)
    }
    this.open.clear()
  }

  /**
   * The newest value of everything that was sealed since; null for what is gone. Those of one rule in one region stand
   * together: they are written to the log at once, or none of them is.
   */
  take(): ReadonlyMap<string, Alert | null> {
    const taken = new Map([...this.told].sort(([one], [other]) => (one < other ? -1 : 1)))
    this.told.clear()
    return taken
  }
}
