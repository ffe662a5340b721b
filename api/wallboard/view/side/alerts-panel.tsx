import { useWords } from '../wall-context.ts'

/** The place of the alerts. There are no alert rules in the system yet, and it says so. */
export function AlertsPanel() {
  const { t } = useWords()
  return (
    <section class="panel alerts" data-testid="alerts">
      <h2>{t.alerts}</h2>
      <p class="quiet">{t.noAlertRules}</p>
    </section>
  )
}
