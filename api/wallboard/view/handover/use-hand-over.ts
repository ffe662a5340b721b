import { useEffect, useState } from 'preact/hooks'
import type { HandOver } from '../../protocol/parse-alerts.ts'
import { isRefused, type Refused } from '../../protocol/rest-client.ts'
import { useShared } from '../wall-context.ts'

export type Told =
  | { readonly kind: 'asking' }
  | ({ readonly kind: 'found' } & HandOver)
  | ({ readonly kind: 'refused' } & Refused)

const hourMs = 3_600_000
/** Alerts may change many times a second; nobody reads that fast. */
const settleMs = 500
const againMs = 60_000

/** The hand-over of a region, asked for again when alerts change, and once a minute. */
export function useHandOver(region: string, hours: number): Told {
  const { wall, desk } = useShared()
  const [told, keep] = useState<Told>({ kind: 'asking' })
  const alerts = wall.alerts.value
  const { loaded } = wall.pulse.value
  useEffect(() => {
    const now = wall.pulse.peek().now
    if (!loaded || now === null) return undefined
    let isHere = true
    const ask = async (): Promise<void> => {
      const until = wall.pulse.peek().now ?? now
      const answer = await desk.handOver(region, until - hours * hourMs)
      if (isHere) keep(isRefused(answer) ? { kind: 'refused', ...answer } : { kind: 'found', ...answer })
    }
    const first = setTimeout(() => void ask(), settleMs)
    const timer = setInterval(() => void ask(), againMs)
    return () => {
      isHere = false
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [wall, desk, region, hours, alerts, loaded])
  return told
}
