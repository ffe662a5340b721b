import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Revision } from '../../protocol/parse-lineage.ts'
import { showExact, showValue } from '../../text/format-number.ts'
import { showClock, showDate } from '../../text/format-time.ts'
import { originTexts, reasonIn } from '../../text/origin-texts.ts'
import { StatusMark } from '../feeds/status-mark.tsx'
import { useWords } from '../wall-context.ts'

interface Props {
  readonly kpi: Kpi
  readonly revisions: readonly Revision[]
}

/** What was known of the window when, the newest first, and why it changed. */
export function RevisionsSection({ kpi, revisions }: Props) {
  const { language, t: words } = useWords()
  const t = originTexts[language]
  if (revisions.length === 0) return null
  return (
    <section class="origin-section" data-testid="origin-revisions">
      <h3>{t.revisions}</h3>
      <table>
        <tbody>
          {revisions.toReversed().map(one => (
            <tr key={one.revision} data-testid="revision" data-revision={one.revision}>
              <td>
                <StatusMark status={one.status} label={words[one.status]} /> {one.revision}
              </td>
              <td class="number">
                <b>
                  {one.value === null
                    ? words.noData
                    : showValue(one.value, kpi.decimals + 1, kpi.unit, language)}
                </b>
              </td>
              <td>
                {reasonIn(language, one.reason)}
                {one.late_readings > 0 && ` ${t.lateCount(showExact(one.late_readings, language))}`}
              </td>
              <td class="number quiet">
                {showDate(one.computed_at, language).split(' ').slice(0, 2).join(' ')}{' '}
                {showClock(one.computed_at)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
