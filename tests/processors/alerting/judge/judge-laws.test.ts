import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { episodesOf } from '../../../../processors/alerting/judge/episodes-of.ts'
import type { JudgedWindow } from '../../../../processors/alerting/judge/judged-window.ts'
import { emptySeries, observe } from '../../../../processors/alerting/judge/series-state.ts'
import { transitionsOf } from '../../../../processors/alerting/judge/transitions.ts'
import { noDataPolicies, type Rule } from '../../../../schemas/alerts/rule.ts'
import { everything, fold, minute, ruleOf } from './told.ts'

const span = fc.oneof(
  fc.record({ windows: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ ms: fc.integer({ min: 0, max: 4 * minute }) }),
)

const rules: fc.Arbitrary<Rule> = fc
  .record({
    kpi: fc.constantFrom('datacenter.pue' as const, 'datacenter.coverage_pct' as const),
    for: span,
    keepFiringFor: span,
    clear: fc.constantFrom(null, { op: '<' as const, threshold: 1.2 }),
    noData: fc.constantFrom(...noDataPolicies),
    on: fc.constantFrom('final' as const, 'provisional' as const),
    minCoverage: fc.constantFrom(0, 0.5, 0.8),
  })
  .map(ruleOf)

const mostMinutes = 20

/** Everything that is ever said of some minutes: provisional values, a final one, corrections; `version` orders them. */
const revisions = fc
  .uniqueArray(
    fc.record({
      at: fc.integer({ min: 0, max: mostMinutes - 1 }),
      revision: fc.integer({ min: 0, max: 3 }),
      value: fc.constantFrom(null, 1.1, 1.21, 1.3),
      coverage: fc.constantFrom(null, 0.3, 0.6, 1),
    }),
    { selector: ({ at, revision }) => `${at}|${revision}`, maxLength: 60 },
  )
  .map(said =>
    said.map(
      ({ at, revision, value, coverage }): JudgedWindow => ({
        start: at * minute,
        end: (at + 1) * minute,
        value,
        coverage,
        status: (['provisional', 'final'] as const)[revision] ?? 'corrected',
        revision,
        version: revision,
      }),
    ),
  )

/** Final values in order, each with corrections of one of the `behind` windows before it. */
const behind = 4
const ordered = fc
  .array(
    fc.record({
      value: fc.constantFrom(null, 1.1, 1.21, 1.3),
      told: fc.integer({ min: 0, max: 9 }).map(dice => dice > 0),
      late: fc.option(
        fc.record({ back: fc.integer({ min: 1, max: behind - 1 }), value: fc.constantFrom(1.1, 1.3) }),
      ),
    }),
    { maxLength: 60 },
  )
  .map(minutes =>
    minutes.flatMap(({ value, told, late }, at): readonly JudgedWindow[] => {
      const window = (of: number, said: number | null, corrects: boolean): JudgedWindow => ({
        start: of * minute,
        end: (of + 1) * minute,
        value: said,
        coverage: 1,
        status: corrects ? 'corrected' : 'final',
        revision: corrects ? 2 : 1,
        version: corrects ? 1_000 + at : 1,
      })
      const corrected = late && at >= late.back ? [window(at - late.back, late.value, true)] : []
      return told ? [window(at, value, false), ...corrected] : corrected
    }),
  )

describe('judging', () => {
  test('does not depend on the order in which revisions come', () => {
    const shuffled = revisions.chain(said =>
      fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })),
    )
    fc.assert(
      fc.property(rules, shuffled, (rule, [said, mixed]) => {
        expect(episodesOf(rule, fold(rule, mixed))).toEqual(episodesOf(rule, fold(rule, said)))
      }),
    )
  })

  test('of any part of the log again changes nothing, not even the state', () => {
    fc.assert(
      fc.property(rules, revisions, fc.nat(), fc.nat(), (rule, said, one, other) => {
        const [from, to] = [one % (said.length + 1), other % (said.length + 1)]
        const series = fold(rule, said)
        const again = said
          .slice(Math.min(from, to), Math.max(from, to))
          .reduce((state, window) => observe(rule, state, window, everything), series)
        expect(again).toBe(series)
      }),
    )
  })

  test('with few windows kept says of them what judging with all of them says', () => {
    fc.assert(
      fc.property(rules, ordered, fc.integer({ min: behind, max: 10 }), (rule, said, keep) => {
        const few = fold(rule, said, keep)
        const unsettled = episodesOf(rule, fold(rule, said)).filter(
          ({ resolvedAt }) => resolvedAt === null || resolvedAt > few.base.through,
        )
        expect(episodesOf(rule, few)).toEqual(unsettled)
      }),
    )
  })

  test('from window to window says what judging all kept windows says', () => {
    fc.assert(
      fc.property(
        rules,
        fc.oneof(revisions, ordered),
        fc.integer({ min: 0, max: 10 }),
        (rule, said, keep) => {
          let series = emptySeries()
          for (const window of said) {
            const next = observe(rule, series, window, keep)
            transitionsOf(rule, series, next)
            expect(episodesOf(rule, next)).toEqual(episodesOf(rule, { ...next }))
            series = next
          }
        },
      ),
    )
  })

  test('has at most one open episode, the last; none ends before it fired; they do not overlap', () => {
    fc.assert(
      fc.property(rules, revisions, (rule, said) => {
        const episodes = episodesOf(rule, fold(rule, said))
        episodes.forEach(({ activeSince, firedAt, resolvedAt, state }, i) => {
          expect(state === 'resolved').toBe(resolvedAt !== null)
          expect(state === 'pending').toBe(firedAt === null)
          if (firedAt !== null) expect(firedAt).toBeGreaterThan(activeSince)
          if (resolvedAt !== null) expect(resolvedAt).toBeGreaterThan(firedAt ?? Number.POSITIVE_INFINITY)
          const next = episodes[i + 1]
          if (next) expect(resolvedAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(next.activeSince)
        })
      }),
    )
  })

  test('fires by final values alone unless the rule says otherwise', () => {
    fc.assert(
      fc.property(rules, revisions, (rule, said) => {
        const episodes = episodesOf({ ...rule, on: 'final' }, fold({ ...rule, on: 'final' }, said))
        for (const { firedBy, resolvedBy } of episodes) {
          expect(firedBy?.status).not.toBe('provisional')
          expect(resolvedBy?.status).not.toBe('provisional')
        }
      }),
    )
  })

  test('survives being written down', () => {
    fc.assert(
      fc.property(rules, revisions, (rule, said) => {
        const series = fold(rule, said, 5)
        expect(JSON.parse(JSON.stringify(series))).toEqual(series)
      }),
    )
  })
})
