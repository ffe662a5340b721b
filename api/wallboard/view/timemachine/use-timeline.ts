import { useEffect, useState } from 'preact/hooks'
import type { Corrections, FiredAlert } from '../../protocol/parse-past.ts'
import { isRefused } from '../../protocol/rest-client.ts'
import { type Span, spanReaching, spans, toMinute } from '../../state/time-machine.ts'
import { useSelection, useShared } from '../wall-context.ts'

export interface Timeline {
  readonly span: Span
  /** Epoch ms; null before the server's time is known. */
  readonly range: { readonly from: number; readonly to: number } | null
  /** Null while they are not known. */
  readonly corrections: Corrections | null
  readonly alerts: readonly FiredAlert[]
  choose(span: Span): void
  /** Moves the right end to the latest minute, and gives it. */
  toLatest(): number | null
}

/** What the slider covers. Its ends stand still while one drags: they move when another span is chosen. */
export function useTimeline(at: number | null): Timeline {
  const { wall, provenance } = useShared()
  const { region } = useSelection()
  const { now } = wall.pulse.value
  const [to, setTo] = useState<number | null>(null)
  const [chosen, choose] = useState<Span | null>(null)
  const [corrections, setCorrections] = useState<Corrections | null>(null)
  const [alerts, setAlerts] = useState<readonly FiredAlert[]>([])
  const end = to ?? (now === null ? null : toMinute(now))
  useEffect(() => {
    if (to === null && end !== null) setTo(Math.max(end, at ?? 0))
  }, [end])
  const span = chosen ?? (at !== null && end !== null ? spanReaching(at, end) : '6h')
  const range = end === null ? null : { from: end - spans[span].ms, to: end }
  useEffect(() => {
    if (!range) return
    let isWanted = true
    setCorrections(null)
    void provenance.corrections(region.code, range.from, range.to).then(answer => {
      if (isWanted && !isRefused(answer)) setCorrections(answer)
    })
    setAlerts([])
    void provenance.alertsSince(region.code, range.from).then(answer => {
      if (isWanted && !isRefused(answer)) setAlerts(answer)
    })
    return () => {
      isWanted = false
    }
  }, [region.code, span, end])
  return {
    span,
    range,
    corrections,
    alerts,
    choose,
    toLatest() {
      const latest = now === null ? null : toMinute(now)
      if (latest !== null) setTo(latest)
      return latest
    },
  }
}
