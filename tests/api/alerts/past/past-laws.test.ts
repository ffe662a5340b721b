import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertNow } from '../../../../api/alerts/past/alert-now.ts'
import { alertThen } from '../../../../api/alerts/past/alert-then.ts'
import { AlertEngine } from '../../../../processors/alerting/engine/alert-engine.ts'
import { type Alert, isOpen } from '../../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../../schemas/alerts/alert-command.ts'
import {
  engineOptions,
  hot,
  minute,
  qingdao,
  shibei,
  shinan,
  silent,
  type Told,
  t0,
  told,
} from '../../../processors/alerting/engine/told-county.ts'

const start = t0 + 60 * minute

const window = fc.record({
  region: fc.constantFrom(shinan, shibei, qingdao),
  window: fc.nat(14),
  celsius: fc.constantFrom(20, 31, null),
  coverage: fc.constantFrom(0, 0.9, 1),
  status: fc.constantFrom('provisional', 'final', 'final', 'corrected'),
})
const deed = fc.record({ action: fc.constantFrom('ack', 'dispatch', 'close'), about: fc.nat(20) })
type Said = Omit<Told, 'revision'> | { readonly action: 'ack' | 'dispatch' | 'close'; readonly about: number }

/** What alerting makes of it, one thing a minute, and how every alert stood after each. */
function played(log: readonly Said[]) {
  const engine = new AlertEngine(engineOptions, [hot, silent])
  const revisions = new Map<string, number>()
  const stood: ReadonlyMap<string, Alert>[] = []
  for (const [i, said] of log.entries()) {
    const at = start + i * minute
    engine.tick(at)
    if ('action' in said) {
      const all = [...engine.book.all()]
      const about = all[said.about % Math.max(1, all.length)]
      if (about) engine.command(command(said.action, about, at), at)
    } else {
      const key = `${said.region}|${said.window}`
      const least = said.status === 'provisional' ? 0 : said.status === 'final' ? 1 : 2
      const revision = Math.max(least, (revisions.get(key) ?? -1) + 1)
      revisions.set(key, revision)
      engine.judge({ ...told({ ...said, revision }), computed_at: at }, i)
    }
    stood.push(new Map([...engine.book.all()].map(alert => [alert.alert_id, alert])))
  }
  return stood
}

function command(action: 'ack' | 'dispatch' | 'close', { alert_id }: Alert, at: number): AlertCommand {
  const unit = action === 'dispatch' ? `unit ${at}` : null
  const rest = { note: null, assigned_to: unit, due_at: null, silence: null }
  return { command_id: `c${at}`, action, alert_id, at, by: `li at ${at}`, ...rest }
}

const log = fc.array(fc.oneof({ weight: 4, arbitrary: window }, { weight: 1, arbitrary: deed }), {
  minLength: 1,
  maxLength: 40,
})

/** How it stands, but for its window and when it began; escalations are stamped with when they were due. */
function standing(alert: Alert | undefined) {
  if (!alert) return undefined
  const { state, raised_late, inhibited_by, flapping, acknowledged_by, closed_by } = alert
  const { assigned_to, retracted_at } = alert
  return {
    state,
    raised_late,
    inhibited_by,
    flapping,
    acknowledged_by,
    closed_by,
    assigned_to,
    retracted_at,
  }
}

/** A correction of one that was over does not say whether it is on again; mostly what was said next does. */
function isClear({ history }: Alert): boolean {
  const turns = history.map(({ what }) => what).filter(what => !aside.has(what))
  return turns.every(
    (what, i) =>
      what !== 'corrected' ||
      !turns.slice(0, i).includes('resolved') ||
      !['corrected', 'retracted'].includes(turns[i + 1] ?? ''),
  )
}
const aside = new Set([
  'inhibited',
  'uninhibited',
  'flapping',
  'steady',
  'acknowledged',
  'assigned',
  'closed',
])

test('of the last version it is told how each version before stood', () => {
  fc.assert(
    fc.property(log, said => {
      const stood = played(said)
      for (const last of [...stood.at(-1)!.values()].filter(isClear)) {
        for (const [i, then] of stood.entries()) {
          const known = then.get(last.alert_id)
          expect(standing(alertThen(last, start + i * minute))).toEqual(standing(known))
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('the two truths differ by what was corrected since', () => {
  fc.assert(
    fc.property(log, said => {
      for (const last of played(said).at(-1)!.values()) {
        for (const i of said.keys()) {
          const time = start + i * minute
          const isCorrected = last.history.some(
            ({ at, what }) => at > time && ['raised_late', 'retracted', 'corrected'].includes(what),
          )
          const then = alertThen(last, time)
          const now = alertNow(last, time)
          if (!isCorrected) expect(now).toEqual(then && isOpen(then) ? then : undefined)
          if (now?.state === 'retracted') {
            expect(last.state).toBe('retracted')
            expect(then && isOpen(then)).toBe(true)
          }
        }
      }
    }),
    { numRuns: 100 },
  )
})
