import type { Node } from 'yaml'
import { kpiNamed, msOf, regionAt } from '../rules/parse-values.ts'
import type { Mistake } from '../rules/yaml/mistake.ts'
import { YamlSource } from '../rules/yaml/yaml-source.ts'
import { parseExpectation } from './expectations.ts'
import { parseSeries, toldOf } from './notation.ts'
import type { RuleTest, TestFile, TestSeries } from './rule-test.ts'
import type { TestClock } from './test-clock.ts'

const testKeys = ['name', 'start', 'window', 'series', 'expect', 'happens'] as const
const defaultStart = Date.parse('2026-01-01T00:00:00+08:00')
const defaultWindowMs = 60_000

export interface ParsedTests extends TestFile {
  readonly mistakes: readonly Mistake[]
}

/** A file of rule tests; every mistake in it with its place. */
export function parseTestFile(file: string, text: string): ParsedTests {
  const source = new YamlSource(file, text)
  const keys = ['rule_files', 'tests'] as const
  const entries = source.root ? source.mapping(source.root, 'the file', keys, keys) : undefined
  const [files, tests] = [entries?.get('rule_files')?.value, entries?.get('tests')?.value]
  return {
    file,
    ruleFiles:
      (files && source.list(files, 'rule_files'))?.flatMap(node => source.text(node, 'rule_files') ?? []) ??
      [],
    tests: (tests && source.list(tests, 'tests'))?.flatMap(node => parseTest(source, node) ?? []) ?? [],
    mistakes: source.mistakes,
  }
}

function parseTest(source: YamlSource, node: Node): RuleTest | undefined {
  const entries = source.mapping(node, 'the test', testKeys, ['name', 'series'])
  if (!entries) return undefined
  const nodeOf = (key: (typeof testKeys)[number]): Node | undefined => entries.get(key)?.value
  const [startAt, windowAt, seriesAt, expectAt, happensAt] = [
    nodeOf('start'),
    nodeOf('window'),
    nodeOf('series'),
    nodeOf('expect'),
    nodeOf('happens'),
  ]
  if (!expectAt && !happensAt) source.report(node, 'missing_key', 'the test lacks expect or happens')
  const start = startAt ? timeOf(source, startAt) : defaultStart
  const windowMs = windowAt ? msOf(source, windowAt, 'window') : defaultWindowMs
  if (start === undefined || windowMs === undefined) return undefined
  const clock = { start, windowMs }
  const nameAt = nodeOf('name')
  return {
    name: (nameAt && source.text(nameAt, 'name')) ?? '',
    at: source.placeOf(node),
    ...clock,
    series: ((seriesAt && source.list(seriesAt, 'series')) ?? []).flatMap(
      one => seriesOf(source, one, clock) ?? [],
    ),
    expectations: ((expectAt && source.list(expectAt, 'expect')) ?? []).flatMap(
      one => parseExpectation(source, one, clock) ?? [],
    ),
    happens: happensAt
      ? {
          at: source.placeOf(happensAt),
          lines: (source.list(happensAt, 'happens') ?? []).map(one => source.text(one, 'happens') ?? ''),
        }
      : null,
  }
}

function timeOf(source: YamlSource, node: Node): number | undefined {
  const text = source.text(node, 'start')
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return ms
  return source.report(
    node,
    'bad_time',
    `start: cannot read ${text}`,
    'a time such as 2026-08-01T00:00:00+08:00',
  )
}

function seriesOf(source: YamlSource, node: Node, { start, windowMs }: TestClock): TestSeries | undefined {
  const keys = ['kpi', 'region', 'values'] as const
  const entries = source.mapping(node, 'the series', keys, keys)
  const [kpiAt, regionNode, valuesAt] = keys.map(key => entries?.get(key)?.value)
  if (!kpiAt || !regionNode || !valuesAt) return undefined
  const kpi = kpiNamed(source, kpiAt)?.id
  const region = regionAt(source, regionNode)
  const text = source.text(valuesAt, 'values')
  if (!kpi || !region || text === undefined) return undefined
  const parsed = parseSeries(text)
  if ('says' in parsed) return { kpi, region, told: toldOf(parsed.says, start, windowMs) }
  const hint = 'values such as 1.2 1.3x3 _ 1.4@0.5 1.3? 1.3>1.2+4'
  return source.report(valuesAt, 'bad_series', `values: cannot read ${parsed.wrong}`, hint)
}
