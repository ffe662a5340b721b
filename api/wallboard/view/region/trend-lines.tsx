import { LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'preact/hooks'
import { type TrendInput, trendOption } from './trend-option.ts'

use([LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

export type TrendLinesProps = Omit<TrendInput, 'rem' | 'isNarrow'>

/** The lines of a trend: what needs the charting library. */
export function TrendLines({ kpi, points, from, to, target, language }: TrendLinesProps) {
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
  useEffect(() => {
    const isNarrow = (box.current?.clientWidth ?? 0) < 500
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    const input = { kpi, points, from, to, target, language, rem, isNarrow }
    chart.current?.setOption(trendOption(input), { notMerge: true })
  }, [points, from, to, kpi, target, language])
  return <div class="trend-lines" ref={box} />
}
