import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { Episode } from '../judge/episode.ts'
import { episodesOf } from '../judge/episodes-of.ts'
import { emptySeries, observe, type SeriesState } from '../judge/series-state.ts'
import { transitionsOf } from '../judge/transitions.ts'
import { judges } from '../rules/check-together.ts'
import { renderAnnotations } from '../rules/template/render-annotations.ts'
import type { Place } from '../rules/yaml/yaml-source.ts'
import { differenceOf } from './difference.ts'
import type { Expectation, ExpectedAlert, RuleTest } from './rule-test.ts'
import { shownMoment } from './test-clock.ts'

/** One thing that is not as the test says: what was expected and what came, line by line. */
export interface Failure {
  readonly test: string
  readonly at: Place
  readonly what: string
  /** `- ` expected, `+ ` got, `  ` both. */
  readonly difference: readonly string[]
}

/** Tests are short: nothing is settled in them. */
const keep = Number.MAX_SAFE_INTEGER

interface Judged {
  readonly rule: Rule
  readonly region: string
  series: SeriesState
}

/** How a test went. */
export interface Outcome {
  readonly failures: readonly Failure[]
  /** Rules that fired in it, in time or late. */
  readonly fired: ReadonlySet<string>
}

/** Judges the test's series by the rules that speak of them. Windows are told in order; equal times in order of the series. */
export function runTest(rules: readonly Rule[], test: RuleTest): Outcome {
  const judged = test.series.flatMap(({ kpi, region }) =>
    rules
      .filter(rule => rule.kpi === kpi && judges(rule, region))
      .map((rule): Judged => ({ rule, region, series: emptySeries() })),
  )
  const told = test.series
    .flatMap(({ kpi, region, told }) => told.map(one => ({ ...one, kpi, region })))
    .sort((one, other) => one.at - other.at)
  const open = [...test.expectations].sort((one, other) => one.whenMs - other.whenMs)
  const failures: Failure[] = []
  const happened: string[] = []
  const fired = new Set<string>()
  const expectUntil = (ms: number): void => {
    while (open[0] && open[0].whenMs < ms) failures.push(...unmet(test, open.shift(), judged))
  }
  for (const { at, kpi, region, window } of told) {
    expectUntil(at)
    for (const one of judged.filter(({ rule, region: where }) => rule.kpi === kpi && where === region)) {
      const after = observe(one.rule, one.series, window, keep)
      for (const { turn } of transitionsOf(one.rule, one.series, after)) {
        if (turn === 'fired' || turn === 'raised_late') fired.add(one.rule.name)
        happened.push(`${shownMoment(at, test)} ${turn} ${one.rule.name} ${region}`)
      }
      one.series = after
    }
  }
  expectUntil(Number.POSITIVE_INFINITY)
  if (test.happens) {
    const difference = differenceOf(test.happens.lines, happened)
    if (difference) failures.push({ test: test.name, at: test.happens.at, what: 'what happens', difference })
  }
  return { failures, fired }
}

function unmet(
  test: RuleTest,
  expectation: Expectation | undefined,
  judged: readonly Judged[],
): readonly Failure[] {
  if (!expectation) return []
  const { at, when, alerts } = expectation
  const found = judged.flatMap(({ rule, region, series }) => {
    const episode = episodesOf(rule, series).at(-1)
    return episode && episode.state !== 'resolved' ? [{ rule, region, episode }] : []
  })
  const got = found.map(({ rule, region, episode }) => {
    const expected = alerts.find(({ alert, region: where }) => alert === rule.name && where === region)
    return gotLines(rule, region, episode, expected)
  })
  const sorted = (lines: readonly (readonly string[])[]): string[] =>
    [...lines].sort((one, other) => (one[0] ?? '').localeCompare(other[0] ?? '')).flat()
  const difference = differenceOf(sorted(alerts.map(expectedLines)), sorted(got))
  return difference ? [{ test: test.name, at, what: `alerts at ${when}`, difference }] : []
}

function expectedLines({ alert, region, state, value, texts }: ExpectedAlert): readonly string[] {
  return [
    `${alert} ${region} ${state}${value === undefined ? '' : `, value ${value}`}`,
    ...Object.entries(texts).map(([name, text]) => `    ${name}: ${text}`),
  ]
}

/** An alert with what the test wants to know of it. */
function gotLines(
  rule: Rule,
  region: string,
  { state, last, activeSince }: Episode,
  expected: ExpectedAlert | undefined,
): readonly string[] {
  const { value, coverage, start: windowStart, end: windowEnd } = last
  const rendered = renderAnnotations(rule, { region, value, coverage, windowStart, windowEnd, activeSince })
  return [
    `${rule.name} ${region} ${state}${expected?.value === undefined ? '' : `, value ${value}`}`,
    ...Object.keys(expected?.texts ?? {}).map(name => `    ${name}: ${rendered[name] ?? '(none)'}`),
  ]
}
