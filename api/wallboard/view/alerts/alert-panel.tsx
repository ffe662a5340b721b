import { useEffect, useRef } from 'preact/hooks'
import { type AlertLine, isDemanding } from '../../../../schemas/alerts/alert.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { showShare } from '../../text/format-number.ts'
import { showClock } from '../../text/format-time.ts'
import { nameIn } from '../../text/language.ts'
import { pastTexts } from '../../text/past-texts.ts'
import { useShared, useWords } from '../wall-context.ts'
import { AlertActions } from './alert-actions.tsx'
import { AlertHistory } from './alert-history.tsx'
import { OpenAlert } from './alert-row.tsx'
import { kpiName, shownValue, sinceOf, summaryOf, wordsOf } from './alert-words.ts'
import { SeverityMark } from './severity-mark.tsx'
import { useDetail } from './use-detail.ts'

const shownMutes = 12

/** One alert: how it stands, what it mutes, what happened, and what may be done about it. */
export function AlertPanel({ id }: { readonly id: string }) {
  const { wall, navigation, mayAct } = useShared()
  const { language, t: words } = useWords()
  const t = alertTexts[language]
  const detail = useDetail(id)
  const told = wall.alerts.value.find(({ alert_id }) => alert_id === id)
  const alert = told ?? (detail.kind === 'found' ? detail.alert : undefined)
  const isPast = navigation.route.value.screen === 'timemachine'
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const before = document.activeElement
    close.current?.focus()
    return () => {
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus()
    }
  }, [])
  return (
    <div
      class="origin alert-panel"
      role="dialog"
      aria-label={t.title}
      data-testid="alert-panel"
      data-alert={id}
      data-state={alert?.state ?? ''}
    >
      <header class="origin-head">
        {alert ? <Title alert={alert} /> : <h2>{t.title}</h2>}
        <button ref={close} type="button" class="copy" onClick={() => navigation.go({ alert: null })}>
          {words.close} <kbd>Esc</kbd>
        </button>
      </header>
      <div class="origin-body">
        {isPast && <p class="origin-note">{pastTexts[language].alertIsNow}</p>}
        {alert ? <Standing alert={alert} /> : <p class="origin-note">{whyNot()}</p>}
        {alert && mayAct && !isPast && <AlertActions alert={alert} />}
        {detail.kind === 'found' && detail.mutes.length > 0 && (
          <section class="alert-below">
            <h3>{t.mutes(detail.mutes.length)}</h3>
            <ul>
              {detail.mutes.slice(0, shownMutes).map(muted => (
                <li key={muted.alert_id} class="alert" data-testid="muted">
                  <OpenAlert alert={muted} />
                </li>
              ))}
            </ul>
            {detail.mutes.length > shownMutes && (
              <p class="quiet">{t.more(detail.mutes.length - shownMutes)}</p>
            )}
          </section>
        )}
        {detail.kind === 'found' && <AlertHistory history={detail.history} />}
      </div>
    </div>
  )

  function whyNot(): string {
    if (detail.kind !== 'refused') return t.asking
    return detail.refused === 'absent' ? t.notFound : `${t.failed}: ${detail.why}`
  }
}

function Title({ alert }: { readonly alert: AlertLine }) {
  const { language } = useWords()
  const t = alertTexts[language]
  const region = regionOf(alert.region)
  return (
    <div>
      <h2>
        <SeverityMark severity={alert.severity} isDemanding={isDemanding(alert)} />{' '}
        {summaryOf(alert, language)}
      </h2>
      <p class="quiet">
        {t.severities[alert.severity]} · {region ? nameIn(region, language) : alert.region} ·{' '}
        {kpiName(alert, language)} · {t.rule} {alert.rule}
      </p>
    </div>
  )
}

function Standing({ alert }: { readonly alert: AlertLine }) {
  const { wall, navigation } = useShared()
  const { language, t: words } = useWords()
  const t = alertTexts[language]
  const { now } = wall.pulse.value
  const { annotations, threshold, coverage } = alert
  const description = annotations[`description_${language}`]
  return (
    <section class="alert-standing">
      <p class="origin-value">
        <b>{shownValue(alert, alert.value, language)}</b>
        {threshold !== null && <span>{t.limit(shownValue(alert, threshold, language))}</span>}
        <span>{sinceOf(alert, now, language)}</span>
        {coverage !== null && (
          <span>
            {words.coverage} {showShare(coverage)}
          </span>
        )}
      </p>
      <p class="alert-says">
        {wordsOf(alert, now, language).map(({ kind, text }) => (
          <b key={text} class={`word is-${kind}`}>
            {text}
          </b>
        ))}
      </p>
      {alert.state === 'retracted' && <p class="origin-note">{t.retractedWhy}</p>}
      {description !== undefined && <p class="alert-description">{description}</p>}
      {annotations.runbook !== undefined && <Runbook href={annotations.runbook} label={t.runbook} />}
      <button
        type="button"
        class="copy"
        onClick={() =>
          navigation.go({
            alert: null,
            origin: { kpi: alert.kpi, region: alert.region, windowStart: alert.window_start },
          })
        }
      >
        {t.value} · {t.window} {showClock(alert.window_start)} ↗
      </button>
    </section>
  )
}

/** Rules are written by people: what is no address of a page is shown as text. */
function Runbook({ href, label }: { readonly href: string; readonly label: string }) {
  if (!/^https?:\/\//.test(href)) {
    return (
      <p class="quiet">
        {label}: {href}
      </p>
    )
  }
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {label}
    </a>
  )
}
