import type { RecordHealth, Unread } from '../../protocol/parse-health.ts'
import { feedCards, provinceCode } from '../../state/catalogue.ts'
import { ageOf } from '../../state/quality.ts'
import { showNumber, showShare } from '../../text/format-number.ts'
import { showAge } from '../../text/format-time.ts'
import { knownKpi, useCell, useShared, useWords } from '../wall-context.ts'

/** How the data flows, per record type as the server measures it; from the province's windows where it does not. */
export function HealthPanel() {
  const { wall } = useShared()
  const { t } = useWords()
  const health = wall.health.value
  const rows = health?.records ?? null
  const { unreadable, refused, streamErrors } = wall.problems.value
  const problems = unreadable + refused + streamErrors
  return (
    <section class="panel health" data-testid="health">
      <h2>
        {t.health} {rows === null && <small>{t.healthFromCells}</small>}
        {rows !== null && isStoreAway(rows) && <small class="problems">{t.historyAway}</small>}
        {health?.disk && <small class="problems">{t.disk[health.disk]}</small>}
        {problems > 0 && <small class="problems">{t.problems(problems)}</small>}
      </h2>
      {health !== null && health.unread.length > 0 && <UnreadOffsets unread={health.unread} />}
      {rows === null ? <FromCells /> : <FromServer rows={rows} />}
    </section>
  )
}

/** So many are named here; the API names more. */
const namedHere = 2

function UnreadOffsets({ unread }: { readonly unread: readonly Unread[] }) {
  const { t } = useWords()
  return (
    <ul class="unread problems" data-testid="unread">
      {unread.slice(0, namedHere).map(({ topic, partition, first_offset, last_offset, messages, reason }) => (
        <li key={`${topic}/${partition}/${first_offset}`}>
          {t.unread(topic, partition, `${first_offset}–${last_offset}`, messages)}
          {reason !== '' && `: ${t.unreadReasons[reason] ?? reason}`}
        </li>
      ))}
      {unread.length > namedHere && <li>{t.unreadMore(unread.length - namedHere)}</li>}
    </ul>
  )
}

/** The rates come from memory, the counts from the store: with none of them it does not answer. */
function isStoreAway(rows: readonly RecordHealth[]): boolean {
  return rows.length > 0 && rows.every(({ late, rejected }) => late === null && rejected === null)
}

function FromServer({ rows }: { readonly rows: readonly RecordHealth[] }) {
  const { language, t } = useWords()
  const count = (n: number | null): string => {
    if (n === null) return '–'
    const { digits, magnitude } = showNumber(n, 0, language)
    return `${digits}${magnitude}`
  }
  return (
    <table>
      <thead>
        <tr>
          <th />
          <th class="number">{t.perSecond}</th>
          <th class="number">{t.duplicates}</th>
          <th class="number">{t.late}</th>
          <th class="number">{t.rejected}</th>
          <th class="number" title={t.suspectAssetsTitle}>
            {t.suspectAssets}
          </th>
          <th class="number">{t.watermarkDelay}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.record} data-record={row.record}>
            <td>{t.records[row.record] ?? row.record}</td>
            <td class="number">{rate(row.readings_per_s)}</td>
            <td class="number">{count(row.duplicates)}</td>
            <td class="number">{count(row.late)}</td>
            <td class="number">{count(row.rejected)}</td>
            <td class="number" data-count="suspect_assets">
              {count(row.suspect_assets)}
            </td>
            <td class="number">
              {row.watermark_delay_ms === null ? '–' : showAge(row.watermark_delay_ms, language)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )

  function rate(perSecond: number | null): string {
    if (perSecond === null) return '–'
    const { digits, magnitude } = showNumber(perSecond, perSecond < 100 ? 1 : 0, language)
    return `${digits}${magnitude}`
  }
}

function FromCells() {
  const { t } = useWords()
  return (
    <table>
      <thead>
        <tr>
          <th />
          <th class="number">{t.perSecond}</th>
          <th class="number">{t.coverage}</th>
          <th class="number">{t.windowAge}</th>
        </tr>
      </thead>
      <tbody>
        {feedCards.map(card => (
          <FeedRow key={card.feed} {...card} />
        ))}
      </tbody>
    </table>
  )
}

function FeedRow({ feed, anchor }: (typeof feedCards)[number]) {
  const { language, t } = useWords()
  const pulse = useShared().wall.pulse.value
  const cell = useCell(knownKpi(anchor).id, provinceCode)?.cell
  const perSecond = cell ? (cell.readings * 1000) / (cell.window_end - cell.window_start) : null
  const shown = perSecond === null ? null : showNumber(perSecond, perSecond < 100 ? 1 : 0, language)
  return (
    <tr>
      <td>{t.feeds[feed]}</td>
      <td class="number">{shown ? `${shown.digits}${shown.magnitude}` : '–'}</td>
      <td class="number">{typeof cell?.coverage === 'number' ? showShare(cell.coverage) : '–'}</td>
      <td class="number">{cell ? showAge(ageOf(cell, pulse), language) : '–'}</td>
    </tr>
  )
}
