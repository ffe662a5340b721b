import type { AlertLine } from '../../../../schemas/alerts/alert.ts'
import { worstFirst } from '../../state/alerts/alert-board.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { OpenAlert } from '../alerts/alert-row.tsx'
import { useWords } from '../wall-context.ts'

interface Props {
  readonly name: string
  readonly title: string
  readonly alerts: readonly AlertLine[]
  /** Said where there are none. */
  readonly nothing: string
}

export function AlertSection({ name, title, alerts, nothing }: Props) {
  const { language } = useWords()
  const own = alerts.filter(({ inhibited_by }) => inhibited_by === null)
  const muted = alerts.length - own.length
  return (
    <section
      class={`panel handover-part is-${name}`}
      data-testid={`handover-${name}`}
      data-count={alerts.length}
    >
      <h2>
        {title} {alerts.length > 0 && <b class="handover-count">{own.length}</b>}{' '}
        {muted > 0 && <small>{alertTexts[language].mutes(muted)}</small>}
      </h2>
      {alerts.length === 0 && <p class="quiet">{nothing}</p>}
      <ul class="handover-list">
        {own.toSorted(worstFirst).map(alert => (
          <li key={alert.alert_id} class="alert" data-alert={alert.alert_id} data-state={alert.state}>
            <OpenAlert alert={alert} />
          </li>
        ))}
      </ul>
    </section>
  )
}
