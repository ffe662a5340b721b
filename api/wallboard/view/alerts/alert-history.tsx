import type { AlertEntry } from '../../../../schemas/alerts/alert.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { showClock } from '../../text/format-time.ts'
import { useWords } from '../wall-context.ts'

/** What happened to an alert, the last first: what the rule said, with the window it was said of, and what people did. */
export function AlertHistory({ history }: { readonly history: readonly AlertEntry[] }) {
  const { language } = useWords()
  const t = alertTexts[language]
  return (
    <section class="alert-history">
      <h3>{t.history}</h3>
      <ol data-testid="alert-history">
        {history.toReversed().map((entry, index) => (
          <li key={history.length - index} data-what={entry.what}>
            <time>{showClock(entry.at)}</time>
            <span class="history-what">
              {t.deeds[entry.what]}
              {entry.note !== null && <q>{entry.note}</q>}
            </span>
            <span class="quiet">
              {entry.by ?? t.byRule}
              {entry.window_start !== null && ` · ${t.window} ${showClock(entry.window_start)}`}
              {entry.revision !== null && entry.revision > 1 && ` · ${t.revision(entry.revision)}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
