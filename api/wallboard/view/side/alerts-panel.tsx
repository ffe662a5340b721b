import { severities } from '../../../../schemas/alerts/severity.ts'
import type { AlertBoard } from '../../state/alerts/alert-board.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { AlertRow, OpenAlert } from '../alerts/alert-row.tsx'
import { SeverityMark } from '../alerts/severity-mark.tsx'
import { SoundSwitch } from '../alerts/sound-switch.tsx'
import { useBoard, useRuleCount } from '../alerts/use-board.ts'
import { useShared, useWords } from '../wall-context.ts'

/** What is wrong now, the worst first: calm when nothing is, and honest when that cannot be known. */
export function AlertsPanel() {
  const { loaded } = useShared().wall.pulse.value
  const { language } = useWords()
  const t = alertTexts[language]
  const board = useBoard()
  const isQuiet = board.rows.length === 0
  return (
    <section class="panel alerts" data-testid="alerts" data-count={board.rows.length} data-quiet={isQuiet}>
      <header class="alerts-head">
        <h2>{t.title}</h2>
        <Counts board={board} />
        <SoundSwitch />
      </header>
      {loaded && (
        <div class="alerts-list">
          {isQuiet ? (
            <Quiet />
          ) : (
            <ul>
              {board.rows.map(row => (
                <AlertRow key={row.alert.alert_id} row={row} />
              ))}
            </ul>
          )}
          {board.pending > 0 && <p class="quiet">{t.pending(board.pending)}</p>}
          {board.over.length > 0 && (
            <>
              <h3>{t.lately}</h3>
              <ul>
                {board.over.map(alert => (
                  <li
                    key={alert.alert_id}
                    class="alert is-over"
                    data-testid="alert-over"
                    data-alert={alert.alert_id}
                    data-state={alert.state}
                  >
                    <OpenAlert alert={alert} />
                    {alert.state === 'retracted' && <p class="alert-mutes">{t.retractedWhy}</p>}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </section>
  )
}

function Counts({ board: { counts } }: { readonly board: AlertBoard }) {
  const { language } = useWords()
  const t = alertTexts[language]
  return (
    <span class="alert-counts">
      {severities.map(
        severity =>
          counts[severity] > 0 && (
            <b key={severity} class={`alert-count is-${severity}`} data-severity={severity}>
              <SeverityMark severity={severity} isDemanding label={t.severities[severity]} />
              {counts[severity]}
            </b>
          ),
      )}
    </span>
  )
}

function Quiet() {
  const { connection } = useShared().wall.pulse.value
  const { language } = useWords()
  const t = alertTexts[language]
  const rules = useRuleCount()
  if (connection.kind !== 'live') return <p class="quiet">{t.notKnown}</p>
  // No alert from no rule is no good news.
  return <p class="quiet">{rules === 0 ? t.nothingWatched : `✓ ${t.quiet}`}</p>
}
