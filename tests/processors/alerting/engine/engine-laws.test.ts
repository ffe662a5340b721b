import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lastOf } from '../../../../processors/alerting/book/history.ts'
import type { Series } from '../../../../processors/alerting/engine/series-table.ts'
import { episodesOf } from '../../../../processors/alerting/judge/episodes-of.ts'
import type { Alert } from '../../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../../schemas/alerts/rule.ts'
import { hot, minute, qingdao, shibei, shinan, type Told, ToldEngine, t0 } from './told-county.ts'

const value = fc.constantFrom(20, 26, 28, 31, null)
const window = fc.record({
  region: fc.constantFrom(shinan, shibei, qingdao),
  window: fc.nat(14),
  celsius: value,
  coverage: fc.constantFrom(0, 0.3, 0.9, 1),
  status: fc.constantFrom('provisional', 'final', 'final', 'corrected'),
})

const log = fc.array(window, { minLength: 1, maxLength: 60 }).map(asRollupWrites)

/** One county, hot or not, of which nearly everything is told anew. */
const restless = fc
  .array(
    fc.record({
      window: fc.nat(4),
      celsius: fc.constantFrom(20, 28, 28, null),
      status: fc.constantFrom('provisional', 'final', 'corrected', 'corrected'),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map(asRollupWrites)

/** Of one window the revisions grow. */
function asRollupWrites(all: readonly Omit<Told, 'revision'>[]): readonly Told[] {
  const revisions = new Map<string, number>()
  return all
    .toSorted((one, other) => Number(one.status === 'corrected') - Number(other.status === 'corrected'))
    .map((one): Told => {
      const key = `${one.region}|${one.window}`
      const least = one.status === 'provisional' ? 0 : one.status === 'final' ? 1 : 2
      const revision = Math.max(least, (revisions.get(key) ?? -1) + 1)
      revisions.set(key, revision)
      return { ...one, revision }
    })
}

type Moment = ReturnType<typeof momentOf>

/** What a commit would have written. */
function momentOf({ engine, events }: ToldEngine) {
  const series = [...engine.series.all()].map((one): Series => ({ ...one, through: engine.position }))
  return { position: engine.position, series, events: events.length }
}

/** Values by id, as somebody keeps them who reads alert.events: of two the greater version. */
function heard(events: ToldEngine['events']): ReadonlyMap<string, Alert> {
  const values = new Map<string, Alert>()
  for (const [id, alert] of events) {
    const held = values.get(id)
    if (!alert) values.delete(id)
    else if (!held || alert.version > held.version) values.set(id, alert)
  }
  return values
}

/** Alerts of one rule in one region arrive together. */
function wholeSeries(events: ToldEngine['events'], before: number, arrived: number): number {
  const seriesOf = (index: number) => events[index]?.[0].split(':').slice(0, 2).join()
  let whole = arrived
  while (whole > before && seriesOf(whole) === seriesOf(whole - 1)) whole--
  return whole
}

/** Without what tells apart when and with which of several changes at once it was told. */
function content(alerts: ReadonlyMap<string, Alert>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...alerts].map(([id, { version: _version, updated_at: _at, ...alert }]) => [id, alert]).sort(),
  )
}

describe('laws', () => {
  test('wherever it is killed and however much is said again, the alerts are the same', () => {
    fc.assert(
      fc.property(fc.oneof(log, restless), fc.nat(), fc.nat(), fc.nat(), (told, commit, death, torn) => {
        const steady = new ToldEngine().tell(...told)
        const killed = new ToldEngine()
        const moments: Moment[] = [momentOf(killed)]
        for (const one of told) moments.push(momentOf(killed.tell(one)))
        const dies = death % moments.length
        // Of what was published last, a part may have arrived; what is known is written after that.
        const known = moments[commit % Math.max(1, dies)]!
        const before = dies === 0 ? 0 : moments[dies - 1]!.events
        const arrived = before + (torn % (moments[dies]!.events - before + 1))
        killed.events.splice(wholeSeries(killed.events, before, arrived))
        killed.restart({ ...known, alerts: [...heard(killed.events).values()], silences: [] })
        expect(content(heard(killed.events))).toEqual(content(heard(steady.events)))
      }),
      { numRuns: 300 },
    )
  })

  test('whatever was thought in between, the alerts that hold are the episodes of the newest revisions', () => {
    const windows = fc.nat(3).map(count => ({ windows: count }))
    const changes = fc.record({
      for: windows,
      keepFiringFor: windows,
      noData: fc.constantFrom('keep', 'ok', 'alert'),
      on: fc.constantFrom('final', 'provisional'),
    })
    fc.assert(
      fc.property(fc.oneof(log, restless), changes, (told, change) => {
        const rule: Rule = { ...hot, ...change }
        const { engine } = new ToldEngine([rule]).tell(...told)
        for (const { region, state } of engine.series.all()) {
          const holding = engine.book
            .ofSeries(rule.name, region)
            .filter(alert => alert.fired_at !== null && alert.state !== 'retracted')
            .map(one => ({
              since: one.active_since,
              fired: one.fired_at,
              over: one.resolved_at,
              is: one.state,
            }))
          const episodes = episodesOf(rule, state)
            .filter(({ firedBy }) => firedBy !== null)
            .map(one => ({ since: one.activeSince, fired: one.firedAt, over: one.resolvedAt, is: one.state }))
          expect(holding.toSorted((one, other) => one.since - other.since)).toEqual(episodes)
        }
      }),
      { numRuns: 1_500 },
    )
  })

  test('versions only grow, and each is told once', () => {
    fc.assert(
      fc.property(log, told => {
        const { events } = new ToldEngine().tell(...told)
        const last = new Map<string, number>()
        for (const [id, alert] of events) {
          expect(alert!.version).toBeGreaterThan(last.get(id) ?? 0)
          last.set(id, alert!.version)
        }
      }),
    )
  })

  test('what was retracted fires again only when a newer value says so', () => {
    fc.assert(
      fc.property(log, told => {
        const before = new Map<string, Alert>()
        for (const [id, alert] of new ToldEngine().tell(...told).events) {
          const held = before.get(id)
          if (held?.state === 'retracted' && alert?.state === 'firing') {
            expect(alert.history.at(-1)!.at).toBeGreaterThanOrEqual(held.retracted_at!)
            expect([alert.cell_version, alert.window_start]).not.toEqual([
              held.cell_version,
              held.window_start,
            ])
          }
          if (alert) before.set(id, alert)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('the history of an alert goes forward, whatever the clocks say that computed its windows', () => {
    const clocks = fc.array(fc.integer({ min: -20 * minute, max: 20 * minute }), {
      minLength: 60,
      maxLength: 60,
    })
    fc.assert(
      fc.property(fc.oneof(log, restless), clocks, (told, after) => {
        const { events } = new ToldEngine().tell(
          ...told.map((one, index) => ({ ...one, after: after[index]! })),
        )
        for (const [, alert] of events) {
          const times = alert!.history.map(({ at }) => at)
          expect(times).toEqual(times.toSorted((one, other) => one - other))
          if (alert!.state === 'retracted') expect(alert!.retracted_at).toBe(lastOf(alert!, ['retracted']))
        }
      }),
      { numRuns: 200 },
    )
  })

  test('nobody is muted in a circle', () => {
    fc.assert(
      fc.property(log, told => {
        const { engine } = new ToldEngine().tell(...told)
        engine.tick(t0 + 20 * minute)
        for (const alert of engine.book.open()) {
          const seen = new Set<string>()
          for (let id: string | null = alert.alert_id; id; id = engine.book.get(id)?.inhibited_by ?? null) {
            expect(seen.has(id)).toBe(false)
            seen.add(id)
          }
        }
      }),
    )
  })
})
