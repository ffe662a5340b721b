import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { sparklinePath } from '../../scale/sparkline-path.ts'
import { seriesSpanMs } from '../../state/series-book.ts'
import { useSeries, useShared } from '../wall-context.ts'

interface Props {
  readonly kpi: Kpi
  readonly region: string
  readonly target?: number | undefined
}

/** The right edge moves in steps, so that a calm line stands still. */
const edgeMs = 15_000

/** The last hour with the target's line and a triangle where a window was corrected. */
export function Sparkline({ kpi, region, target }: Props) {
  const points = useSeries(kpi.id, region)
  const { now } = useShared().wall.pulse.value
  const end = points.at(-1)?.window_end ?? now
  if (end === null) return <div class="spark" />
  const to = Math.max(end, Math.floor((now ?? end) / edgeMs) * edgeMs)
  const shape = sparklinePath(points, { from: to - seriesSpanMs, to, target, decimals: kpi.decimals })
  return (
    <div class="spark" data-testid="sparkline" data-points={points.length}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {shape.target !== null && (
          <line class="spark-target" x1="0" x2="100" y1={shape.target} y2={shape.target} />
        )}
        <path class="spark-line" d={shape.line} />
      </svg>
      {shape.corrections.map(({ x, y }) => (
        <i key={x} class="spark-correction" style={{ left: `${x}%`, top: `${y}%` }} />
      ))}
      {shape.last && <i class="spark-last" style={{ left: `${shape.last.x}%`, top: `${shape.last.y}%` }} />}
    </div>
  )
}
