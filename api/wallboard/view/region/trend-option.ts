import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { SeriesPoint } from '../../protocol/parse-series.ts'
import { showNumber, showShare, showValue } from '../../text/format-number.ts'
import { showClock, showMinute } from '../../text/format-time.ts'
import type { Language } from '../../text/language.ts'
import { texts } from '../../text/texts.ts'

export interface TrendInput {
  readonly kpi: Kpi
  readonly points: readonly SeriesPoint[]
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  readonly target: number | undefined
  readonly language: Language
  /** Pixels per rem: type grows with the screen. */
  readonly rem: number
  /** Fewer labels on the time axis. */
  readonly isNarrow: boolean
}

const colours = {
  line: '#5aa9e6',
  target: '#93a1b0',
  axis: '#93a1b0',
  rule: '#1e2a36',
  correction: '#f0a04b',
}
const symbols = { provisional: 'emptyCircle', final: 'none', corrected: 'triangle' } as const

/** Full tens of minutes between two times, epoch ms; none so near to an edge that its label would be cut. */
export function timeTicks(from: number, to: number, everyMinutes: number): readonly number[] {
  const everyMs = everyMinutes * 60_000
  const edgeMs = (to - from) / 30
  const first = Math.ceil((from + edgeMs) / everyMs) * everyMs
  const count = Math.max(0, Math.floor((to - edgeMs - first) / everyMs) + 1)
  return Array.from({ length: count }, (_, i) => first + i * everyMs)
}

/** The chart's whole option; a missing window is a gap, a corrected one a triangle. */
export function trendOption({ kpi, points, from, to, target, language, rem, isNarrow }: TrendInput) {
  const t = texts[language]
  const last = points.at(-1)
  const axisText = { color: colours.axis, fontSize: rem, fontFamily: 'inherit' }
  const digits = (value: number): string => {
    const shown = showNumber(value, kpi.decimals, language)
    return `${shown.digits}${shown.magnitude}`
  }
  return {
    animation: false,
    grid: { left: 4.6 * rem, right: 1.2 * rem, top: 0.6 * rem, bottom: 1.7 * rem },
    textStyle: { fontFamily: "'Noto Sans SC Variable', sans-serif" },
    xAxis: {
      type: 'time',
      min: from,
      max: to,
      axisLine: { lineStyle: { color: colours.rule } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: {
        ...axisText,
        customValues: timeTicks(from, to, isNarrow ? 20 : 10),
        formatter: (at: number) => showMinute(at),
      },
    },
    yAxis: {
      type: 'value',
      scale: true,
      splitNumber: 2,
      minInterval: kpi.decimals === 0 ? 1 : 10 ** -kpi.decimals,
      axisLine: { show: false },
      splitLine: { lineStyle: { color: colours.rule } },
      axisLabel: { ...axisText, formatter: digits },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: '#1a2430',
      borderColor: '#2b3a49',
      textStyle: { color: '#e6ebf0', fontSize: rem },
      formatter: (items: unknown) => tooltip(Array.isArray(items) ? items[0]?.dataIndex : undefined),
    },
    series: [
      {
        type: 'line',
        connectNulls: false,
        lineStyle: { color: colours.line, width: 0.14 * rem },
        itemStyle: { color: colours.line },
        showAllSymbol: true,
        data: points.map(point => ({
          value: [point.window_end, point.value],
          symbol: point.status === 'provisional' && point !== last ? 'none' : symbols[point.status],
          symbolSize: 0.55 * rem,
          ...(point.status === 'corrected' && { itemStyle: { color: colours.correction } }),
        })),
        ...(target !== undefined && {
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: colours.target, type: 'dashed', width: 1 },
            label: { show: false },
            data: [{ yAxis: target }],
          },
        }),
      },
    ],
  }

  function tooltip(at: unknown): string {
    const point = typeof at === 'number' ? points[at] : undefined
    if (!point) return ''
    const value = point.value === null ? t.noData : showValue(point.value, kpi.decimals, kpi.unit, language)
    const covered = point.coverage === null ? '' : ` · ${t.coverage} ${showShare(point.coverage)}`
    return `${showClock(point.window_start)}–${showClock(point.window_end)}<br><b>${value}</b> · ${t[point.status]}${covered}`
  }
}
