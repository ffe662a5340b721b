import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { targetFor } from '../../state/catalogue.ts'
import { seriesSpanMs } from '../../state/series-book.ts'
import { showUnit } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { lazily } from '../lazily.tsx'
import { useSeries, useShared, useWords } from '../wall-context.ts'
import type { TrendLinesProps } from './trend-lines.tsx'

/** The charting library is larger than all the rest together, and nothing of the first glance needs it. */
const TrendLines = lazily<TrendLinesProps>(async () => (await import('./trend-lines.tsx')).TrendLines)

const edgeMs = 15_000

/** A KPI of a region over the last hour, to read values off. */
export function TrendChart({ kpi, region }: { readonly kpi: Kpi; readonly region: Region }) {
  const { wall } = useShared()
  const { language, t } = useWords()
  const points = useSeries(kpi.id, region.code)
  const { now } = wall.pulse.value
  const end = points.at(-1)?.window_end ?? now
  const to = end === null ? null : Math.max(end, Math.floor((now ?? end) / edgeMs) * edgeMs)
  return (
    <section class="trend" data-testid="trend" data-points={points.length}>
      <h3>
        {nameIn(region, language)} · {nameIn(kpi, language)}{' '}
        <small>{[t.lastHour, showUnit(kpi.unit)].filter(Boolean).join(' · ')}</small>
      </h3>
      <div class="trend-chart">
        {to !== null && (
          <TrendLines
            kpi={kpi}
            points={points}
            from={to - seriesSpanMs}
            to={to}
            target={targetFor(kpi, region)}
            language={language}
          />
        )}
      </div>
    </section>
  )
}
