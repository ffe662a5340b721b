import type { ComponentChildren } from 'preact'
import { severities } from '../../../../schemas/alerts/severity.ts'
import type { AlertBoard } from '../../state/alerts/alert-board.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { useWords } from '../wall-context.ts'
import { AlertRow, OpenAlert } from './alert-row.tsx'
import { SeverityMark } from './severity-mark.tsx'

interface Props {
  readonly board: AlertBoard
  /** What is said where nothing goes on. */
  readonly quiet: ComponentChildren
  /** Above those that are over or retracted. */
  readonly overTitle: string
}

/** What goes on, the worst first, and below it what does not any more. */
export function AlertList({ board, quiet, overTitle }: Props) {
  const { language } = useWords()
  const t = alertTexts[language]
  return (
    <div class="alerts-list">
      {board.rows.length === 0 ? (
        quiet
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
          <h3>{overTitle}</h3>
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
  )
}

/** How many of each severity demand somebody. */
export function AlertCounts({ board: { counts } }: { readonly board: AlertBoard }) {
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
