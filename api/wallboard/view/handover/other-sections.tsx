import type { CorrectedKpi, EndingSilence } from '../../protocol/parse-alerts.ts'
import { showSince } from '../../text/format-time.ts'
import { handOverTexts } from '../../text/hand-over-texts.ts'
import { nameIn } from '../../text/language.ts'
import { regionName } from '../alerts/alert-words.ts'
import { knownKpi, useWords } from '../wall-context.ts'

const shownKpis = 8

/** How many values were corrected, by KPI. */
export function CorrectionsSection({ corrections }: { readonly corrections: readonly CorrectedKpi[] }) {
  const { language } = useWords()
  const t = handOverTexts[language]
  return (
    <section class="panel handover-part is-corrections" data-testid="handover-corrections">
      <h2>{t.corrections}</h2>
      {corrections.length === 0 && <p class="quiet">{t.noneCorrected}</p>}
      <ul class="handover-list figures">
        {corrections.slice(0, shownKpis).map(({ kpi, values, regions }) => (
          <li key={kpi}>
            <span>{nameIn(knownKpi(kpi), language)}</span>
            <span class="number">{t.values(values, regions)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What will sound again soon. */
export function SilencesSection(props: {
  readonly silences: readonly EndingSilence[]
  readonly now: number
}) {
  const { silences, now } = props
  const { language } = useWords()
  const t = handOverTexts[language]
  return (
    <section class="panel handover-part is-silences" data-testid="handover-silences">
      <h2>{t.silences}</h2>
      {silences.length === 0 && <p class="quiet">{t.noneEnding}</p>}
      <ul class="handover-list">
        {silences.map(({ silence_id, kind, regions, ends_at, reason, created_by }) => (
          <li key={silence_id} class="ending">
            <time>{t.until(showSince(ends_at, now, language))}</time>
            <span>
              {regions.map(code => regionName(code, language)).join(' · ')} · {reason}{' '}
              <small>
                {kind === 'maintenance' ? t.maintenance : t.silence} · {created_by}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
