import { kpiOf } from '../../../../schemas/kpis/kpis.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import type { Change } from '../../state/time-machine.ts'
import { showValue } from '../../text/format-number.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { pastTexts } from '../../text/past-texts.ts'
import { useShared, useWords } from '../wall-context.ts'

const shownChanges = 5

/** The values that are known otherwise now than they were then, whichever of the two is shown. */
export function ChangesPanel({ changes }: { readonly changes: readonly Change[] }) {
  const { language } = useWords()
  const t = pastTexts[language]
  return (
    <section class="panel changes" data-testid="changes" data-count={changes.length}>
      <h2>
        {t.changes} {changes.length > 0 && <b class="count">{changes.length}</b>}
      </h2>
      {changes.length === 0 && <p class="quiet">{t.noChanges}</p>}
      <ul>
        {changes.slice(0, shownChanges).map(change => (
          <Row key={`${change.kpi}|${change.region}`} change={change} />
        ))}
      </ul>
      {changes.length > shownChanges && <p class="quiet">{t.more(changes.length - shownChanges)}</p>}
    </section>
  )
}

function Row({ change }: { readonly change: Change }) {
  const { navigation } = useShared()
  const { language, t: words } = useWords()
  const t = pastTexts[language]
  const [kpi, region] = [kpiOf(change.kpi), regionOf(change.region)]
  if (!kpi || !region) return null
  const shown = (value: number | null | undefined): string => {
    if (value === undefined) return t.unknown
    return value === null ? words.noData : showValue(value, kpi.decimals, '1', language)
  }
  return (
    <li>
      <button
        type="button"
        data-testid="change"
        data-kpi={kpi.id}
        data-region={region.code}
        onClick={() => navigation.openOrigin(kpi.id, region.code, change.windowStart)}
      >
        <span class="change-what">
          {shortNameIn(region, language)} · {nameIn(kpi, language)}
        </span>
        <span class="change-values">
          {shown(change.before)} → <b>{shown(change.after)}</b>
        </span>
      </button>
    </li>
  )
}
