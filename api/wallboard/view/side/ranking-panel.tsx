import { cellKey } from '../../../client/stream-client.ts'
import type { SeriesPoint } from '../../protocol/parse-series.ts'
import { cityOf } from '../../state/catalogue.ts'
import { type Ranked, rankRegions } from '../../state/rank-regions.ts'
import { seriesSpanMs } from '../../state/series-book.ts'
import { showValue } from '../../text/format-number.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { asks } from '../origin/asked-value.ts'
import { useQuality } from '../use-quality.ts'
import { useSelection, useSeries, useShared, useWords } from '../wall-context.ts'

const shownRegions = 5

/** The five cities that need attention most by the chosen KPI, with what changed in the last hour. */
export function RankingPanel() {
  const { wall } = useShared()
  const { language, t } = useWords()
  const { kpi } = useSelection()
  void wall.pulse.value
  const known = rankRegions(wall.places, code => wall.data.cell(cellKey(kpi.id, code)), kpi.good).filter(
    ({ current }) => typeof current?.cell.value === 'number',
  )
  return (
    <section class="panel ranking" data-testid="ranking">
      <h2>{kpi.good === 'none' ? t.highestFive : t.worstFive}</h2>
      <p class="quiet">
        {nameIn(kpi, language)} · {t.overHour}
      </p>
      <ol>
        {known.slice(0, shownRegions).map(ranked => (
          <Row key={`${kpi.id}|${ranked.region.code}`} ranked={ranked} />
        ))}
      </ol>
    </section>
  )
}

/** Minutes by which "an hour ago" may be off. */
const toleranceMs = 600_000

/** The value an hour before the newest one; null when the history does not go back that far. */
function hourAgo(points: readonly SeriesPoint[]): number | null {
  const oldest = points.find(point => point.value !== null)
  const newest = points.at(-1)
  if (!oldest || !newest) return null
  return oldest.window_end <= newest.window_end - seriesSpanMs + toleranceMs ? oldest.value : null
}

function Row({ ranked: { region, current } }: { readonly ranked: Ranked }) {
  const { navigation } = useShared()
  const { language } = useWords()
  const { kpi, region: selected } = useSelection()
  const points = useSeries(kpi.id, region.code)
  const value = current?.cell.value ?? null
  const before = hourAgo(points)
  const { quality } = useQuality(kpi, current)
  const moved = value === null || before === null ? null : Number((value - before).toFixed(kpi.decimals))
  return (
    <li
      class={`is-${quality}`}
      data-region={region.code}
      data-quality={quality}
      aria-current={region.code === cityOf(selected)?.code}
    >
      <button type="button" onClick={() => navigation.go({ region: region.code })}>
        <span>{shortNameIn(region, language)}</span>
        <span class="number" {...asks}>
          {value === null ? '' : showValue(value, kpi.decimals, kpi.unit, language)}
        </span>
        <span class="number moved">{moved === null ? '' : movement(moved)}</span>
      </button>
    </li>
  )

  function movement(by: number): string {
    if (by === 0) return '→'
    return `${by > 0 ? '↑' : '↓'} ${showValue(Math.abs(by), kpi.decimals, '1', language)}`
  }
}
