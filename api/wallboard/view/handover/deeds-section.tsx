import type { Deed } from '../../protocol/parse-alerts.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { showSince } from '../../text/format-time.ts'
import { handOverTexts } from '../../text/hand-over-texts.ts'
import { regionName } from '../alerts/alert-words.ts'
import { useShared, useWords } from '../wall-context.ts'

/** Who did what about which alert, the last first. */
export function DeedsSection({ deeds, now }: { readonly deeds: readonly Deed[]; readonly now: number }) {
  const { navigation } = useShared()
  const { language } = useWords()
  const t = handOverTexts[language]
  return (
    <section class="panel handover-part is-deeds" data-testid="handover-deeds" data-count={deeds.length}>
      <h2>{t.deeds}</h2>
      {deeds.length === 0 && <p class="quiet">{t.noneDone}</p>}
      <ol class="handover-list deeds">
        {deeds.map(deed => (
          <li key={`${deed.alert_id}|${deed.at}|${deed.what}`}>
            <button type="button" class="deed" onClick={() => navigation.go({ alert: deed.alert_id })}>
              <time>{showSince(deed.at, now, language)}</time>
              <span>
                <b>{deed.by}</b> {alertTexts[language].deeds[deed.what]} · {regionName(deed.region, language)}{' '}
                <small>{deed.rule}</small>
                {deed.note !== null && <q>{deed.note}</q>}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
