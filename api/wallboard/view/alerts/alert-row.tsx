import { type AlertLine, isDemanding } from '../../../../schemas/alerts/alert.ts'
import type { BoardRow } from '../../state/alerts/alert-board.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { useShared, useWords } from '../wall-context.ts'
import { regionName, shownValue, sinceOf, summaryOf, wordsOf } from './alert-words.ts'
import { SeverityMark } from './severity-mark.tsx'

/** As many of those that it mutes are named. */
const namedMutes = 4

interface Props {
  readonly row: BoardRow
}

/** One alert in a list: what, since when, value against limit, how it stands, and what it mutes. A click opens it. */
export function AlertRow({ row: { alert, mutes } }: Props) {
  const { language } = useWords()
  const t = alertTexts[language]
  const named = [...new Set(mutes.map(({ region }) => regionName(region, language)))]
  return (
    <li
      class={`alert is-${alert.severity}`}
      data-testid="alert"
      data-alert={alert.alert_id}
      data-state={alert.state}
      data-severity={alert.severity}
      data-demanding={isDemanding(alert)}
      data-acknowledged={alert.acknowledged_by ?? ''}
    >
      <OpenAlert alert={alert} />
      {mutes.length > 0 && (
        <p class="alert-mutes" data-testid="mutes" data-count={mutes.length}>
          └ {t.mutes(mutes.length)}
          {language === 'zh' ? '：' : ': '}
          {named.slice(0, namedMutes).join(' · ')}
          {named.length > namedMutes && ' …'}
        </p>
      )}
    </li>
  )
}

export function OpenAlert({ alert }: { readonly alert: AlertLine }) {
  const { wall, navigation } = useShared()
  const { language } = useWords()
  const t = alertTexts[language]
  const { now } = wall.pulse.value
  const { state, threshold } = alert
  return (
    <button
      type="button"
      class="alert-open"
      onClick={() => navigation.go({ alert: alert.alert_id, origin: null })}
    >
      <SeverityMark
        severity={alert.severity}
        isDemanding={isDemanding(alert)}
        label={t.severities[alert.severity]}
      />
      <span class="alert-summary">{summaryOf(alert, language)}</span>
      <span class="alert-says">
        <span>{sinceOf(alert, now, language)}</span>
        {(state === 'firing' || state === 'unknown') && (
          <span class="alert-value">
            {shownValue(alert, alert.value, language)}
            {threshold !== null && <small> {t.limit(shownValue(alert, threshold, language))}</small>}
          </span>
        )}
        {wordsOf(alert, now, language).map(({ kind, text }) => (
          <b key={text} class={`word is-${kind}`}>
            {text}
          </b>
        ))}
      </span>
    </button>
  )
}
