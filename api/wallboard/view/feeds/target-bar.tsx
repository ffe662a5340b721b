import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { barAgainst } from '../../scale/bar-against.ts'

interface Props {
  readonly kpi: Kpi
  readonly value: number | null
  readonly target: number | undefined
}

/** The value as a bar, the target as a tick; nothing where there is neither a target nor a natural whole. */
export function TargetBar({ kpi, value, target }: Props) {
  const bar = barAgainst(kpi, value, target)
  if (!bar) return <div class="bar bar-none" />
  return (
    <div class="bar" data-met={bar.met === null ? undefined : String(bar.met)}>
      <i class="bar-fill" style={{ width: `${bar.filled}%` }} />
      {bar.tick !== null && <i class="bar-tick" style={{ left: `${bar.tick}%` }} />}
    </div>
  )
}
