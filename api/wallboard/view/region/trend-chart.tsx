import { LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'preact/hooks'
import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { targetFor } from '../../state/catalogue.ts'
import { seriesSpanMs } from '../../state/series-book.ts'
import { showUnit } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { useSeries, useShared, useWords } from '../wall-context.ts'
import { trendOption } from './trend-option.ts'

use([LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

const edgeMs = 15_000

/** A KPI of a region over the last hour, to read values off. */
export function TrendChart({ kpi, region }: { readonly kpi: Kpi; readonly region: Region }) {
  const { wall } = useShared()
  const { language, t } = useWords()
  const points = useSeries(kpi.id, region.code)
  const { now } = wall.pulse.value
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init> | null>(null)

  useEffect(() => {
    if (!box.current) return
    const made = init(box.current, null, { renderer: 'svg' })
    chart.current = made
    const resized = new ResizeObserver(() => made.resize())
    resized.observe(box.current)
    return () => {
      resized.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])

  const end = points.at(-1)?.window_end ?? now
  const to = end === null ? null : Math.max(end, Math.floor((now ?? end) / edgeMs) * edgeMs)
  useEffect(() => {
    if (to === null) return
    const isNarrow = (box.current?.clientWidth ?? 0) < 500
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    chart.current?.setOption(
      trendOption({
        kpi,
        points,
        from: to - seriesSpanMs,
        to,
        target: targetFor(kpi, region),
        language,
        rem,
        isNarrow,
      }),
      { notMerge: true },
    )
  }, [points, to, kpi, region, language])

  return (
    <section class="trend" data-testid="trend" data-points={points.length}>
      <h3>
        {nameIn(region, language)} · {nameIn(kpi, language)}{' '}
        <small>{[t.lastHour, showUnit(kpi.unit)].filter(Boolean).join(' · ')}</small>
      </h3>
      <div class="trend-chart" ref={box} />
    </section>
  )
}
