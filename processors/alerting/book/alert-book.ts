import { type Alert, isOpen } from '../../../schemas/alerts/alert.ts'
import { seriesKey } from './alert-id.ts'

const nobody: ReadonlySet<string> = new Set()

/** All alerts that are kept, by id, by series, and the open ones by region. */
export class AlertBook {
  private readonly alerts = new Map<string, Alert>()
  private readonly series = new Map<string, Set<string>>()
  private readonly openIn = new Map<string, Set<string>>()

  get size(): number {
    return this.alerts.size
  }

  all(): Iterable<Alert> {
    return this.alerts.values()
  }

  get(id: string): Alert | undefined {
    return this.alerts.get(id)
  }

  ofSeries(rule: string, region: string): readonly Alert[] {
    return this.pick(this.series.get(seriesKey(rule, region)) ?? nobody)
  }

  /** Pending, firing and unknown ones of a region. */
  openOf(region: string): readonly Alert[] {
    return this.pick(this.openIn.get(region) ?? nobody)
  }

  open(): readonly Alert[] {
    return [...this.openIn.values()].flatMap(ids => this.pick(ids))
  }

  put(alert: Alert): void {
    this.alerts.set(alert.alert_id, alert)
    place(this.series, seriesKey(alert.rule, alert.region), alert.alert_id, true)
    place(this.openIn, alert.region, alert.alert_id, isOpen(alert))
  }

  remove(id: string): void {
    const alert = this.alerts.get(id)
    if (!alert) return
    this.alerts.delete(id)
    place(this.series, seriesKey(alert.rule, alert.region), id, false)
    place(this.openIn, alert.region, id, false)
  }

  private pick(ids: ReadonlySet<string>): readonly Alert[] {
    return [...ids].flatMap(id => this.alerts.get(id) ?? [])
  }
}

function place(index: Map<string, Set<string>>, key: string, id: string, belongs: boolean): void {
  const ids = index.get(key)
  if (belongs) {
    if (ids) ids.add(id)
    else index.set(key, new Set([id]))
  } else if (ids?.delete(id) && ids.size === 0) index.delete(key)
}
