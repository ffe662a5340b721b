import { useEffect, useMemo, useState } from 'preact/hooks'
import { isRefused } from '../../protocol/rest-client.ts'
import { type AlertBoard, boardOf } from '../../state/alerts/alert-board.ts'
import { type RegionMark, regionMarks } from '../../state/alerts/region-marks.ts'
import { useShared } from '../wall-context.ts'

const minuteMs = 60_000

/** The alerts as the panel shows them. */
export function useBoard(): AlertBoard {
  const { wall } = useShared()
  const alerts = wall.alerts.value
  const { now } = wall.pulse.value
  // What is over leaves by the minute.
  const minute = now === null ? null : Math.floor(now / minuteMs) * minuteMs
  return useMemo(() => boardOf(alerts, minute), [alerts, minute])
}

/** Where the map has marks. */
export function useMarks(): ReadonlyMap<string, RegionMark> {
  const alerts = useShared().wall.alerts.value
  return useMemo(() => regionMarks(alerts), [alerts])
}

/** How many rules run; null while it is not known. Without any, no alert means nothing. */
export function useRuleCount(): number | null {
  const { desk } = useShared()
  const [count, keep] = useState<number | null>(null)
  useEffect(() => {
    let isHere = true
    const ask = async (): Promise<void> => {
      const answer = await desk.rules()
      if (isHere) keep(isRefused(answer) ? null : answer.count)
    }
    void ask()
    const timer = setInterval(() => void ask(), minuteMs)
    return () => {
      isHere = false
      clearInterval(timer)
    }
  }, [desk])
  return count
}
