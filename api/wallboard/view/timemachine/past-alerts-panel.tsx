import { useMemo } from 'preact/hooks'
import { boardOf } from '../../state/alerts/alert-board.ts'
import type { PastAlertsState } from '../../state/past-wall.ts'
import type { Known } from '../../state/route.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { pastTexts } from '../../text/past-texts.ts'
import { AlertCounts, AlertList } from '../alerts/alert-list.tsx'
import { useShared, useWords } from '../wall-context.ts'

interface Props {
  readonly state: PastAlertsState
  readonly known: Known
}

/** What was wrong at that minute, in the truth that is shown; in that of now, what had been taken for wrong too. */
export function PastAlertsPanel({ state, known }: Props) {
  const alerts = useShared().wall.alerts.value
  const { language } = useWords()
  const t = pastTexts[language]
  const board = useMemo(() => boardOf(alerts, null), [alerts])
  return (
    <section
      class="panel alerts"
      data-testid="past-alerts"
      data-state={state.kind}
      data-known={known}
      data-count={board.rows.length}
    >
      <header class="alerts-head">
        <h2>{alertTexts[language].title}</h2>
        <AlertCounts board={board} />
      </header>
      {state.kind === 'failed' && (
        <p class="quiet">
          {t.failed}: {state.why}
        </p>
      )}
      {state.kind === 'shown' && (
        <AlertList
          board={board}
          quiet={<p class="quiet">{known === 'then' ? t.noAlertThen : t.noAlertNow}</p>}
          overTitle={t.notAsKnownNow}
        />
      )}
      {state.kind === 'shown' && state.more && <p class="quiet">{t.moreAlerts}</p>}
    </section>
  )
}
