import { type ReadonlySignal, signal } from '@preact/signals'
import type { AlertLine } from '../../../../schemas/alerts/alert.ts'

/** All alerts that the page holds; published before the next frame, however many come at once. */
export interface AlertShelf {
  readonly alerts: ReadonlySignal<readonly AlertLine[]>
  take(changed: readonly AlertLine[], gone: readonly AlertLine[]): void
}

export function createAlertShelf(onFrame: (act: () => void) => void): AlertShelf {
  const held = new Map<string, AlertLine>()
  const alerts = signal<readonly AlertLine[]>([])
  let isDue = false
  return {
    alerts,
    take(changed, gone) {
      for (const { alert_id } of gone) held.delete(alert_id)
      for (const alert of changed) held.set(alert.alert_id, alert)
      if (isDue) return
      isDue = true
      onFrame(() => {
        isDue = false
        alerts.value = [...held.values()]
      })
    },
  }
}
