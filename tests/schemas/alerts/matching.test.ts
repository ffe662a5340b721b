import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  labelMatcher,
  longestLabel,
  silenceProblem,
  silenceTest,
} from '../../../schemas/alerts/matching/label-matcher.ts'
import { PatternError } from '../../../schemas/alerts/matching/parse-pattern.ts'
import { mostPatternCost, patternCost, wholeMatch } from '../../../schemas/alerts/matching/whole-match.ts'

describe('patterns', () => {
  test.each([
    ['rack|parking', ['rack', 'parking'], ['racks', 'a rack', '']],
    ['3702\\d\\d', ['370202', '370200'], ['370302', '3702020', '37020x']],
    ['Inlet.*', ['Inlet', 'InletHot'], ['HotInlet']],
    ['(?i)radio(-[a-z]+)?', ['Radio', 'RADIO-core'], ['radio-', 'radio-5']],
    ['^a{2,3}$', ['aa', 'aaa'], ['a', 'aaaa']],
    ['[^-a-c\\]]+', ['def'], ['a', ']', '-', '']],
    ['(?:ab)*c?', ['', 'c', 'ababc'], ['aba']],
    ['济南.区', ['济南东区'], ['济南区']],
    ['', [''], ['x']],
  ])('%j matches whole values', (pattern, yes, no) => {
    const matches = wholeMatch(pattern)
    for (const text of yes) expect(matches(text), text).toBe(true)
    for (const text of no) expect(matches(text), text).toBe(false)
  })

  test.each([
    '(',
    ')',
    '[a',
    'a**',
    '*a',
    '(?=a)',
    '\\1',
    'a{5,2}',
    'a{2000}',
    '(a{900}){900}',
    '\\',
    '(?<n>a)',
  ])('%j is refused, with a reason', pattern => {
    expect(() => wholeMatch(pattern)).toThrow(PatternError)
    expect(() => wholeMatch(pattern)).toThrow(/\w/)
  })

  test.each([
    '(?:(?:(?:(?:){1000}){1000}){1000}){1000}',
    '(?:(?:(?:){1000}){1000}){1000}',
    '(?:^{1000}){1000}',
    `${'(?:'.repeat(50)}a${'){1000}'.repeat(50)}`,
    '(?:|){900}',
    `[${'ab'.repeat(60)}]{40}`,
    '(?:a{0,100}){0,100}',
    '(?:(?:a{30,}){30,}){30,}',
    'x'.repeat(mostPatternCost + 1),
  ])('%j costs too much, which is known before anything is repeated', pattern => {
    expect(() => patternCost(pattern)).toThrow(PatternError)
    expect(() => wholeMatch(pattern)).toThrow(PatternError)
  })

  test('that people write cost far less', () => {
    for (const pattern of [
      'Inlet.*|Racks.*',
      '3702\\d{2}',
      '(?i)radio(-[a-z]+)?',
      `a{100}${'|[a-z]+'.repeat(20)}`,
    ])
      expect(patternCost(pattern)).toBeLessThan(mostPatternCost / 2)
  })

  test('that make a backtracking engine run for years are decided at once', () => {
    for (const pattern of ['(a+)+', '(a|a)*', '(.*)*x', '(a?){100}a{100}']) {
      expect(wholeMatch(pattern)(`${'a'.repeat(2_000)}!`)).toBe(false)
    }
  })

  test('agree with the engine of the language wherever both may speak', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '1', '-')
    const { pattern } = fc.letrec<{ pattern: string }>(tie => ({
      pattern: fc.oneof(
        { maxDepth: 3 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `${one}${other}`),
        fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(?:${one}|${other})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{0,2}', '{2}', '{1,}'))
          .map(([part, times]) => `(${part})${times}`),
      ),
    }))
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', 'c'), maxLength: 6 })
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        expect(wholeMatch(source)(value)).toBe(new RegExp(`^(?:${source})$`, 'u').test(value))
      }),
      { numRuns: 500 },
    )
  })
})

describe('matchers', () => {
  const labels = { alertname: 'InletHot', region: '370202', team: '' }

  test('a label that is not there is empty', () => {
    expect(labelMatcher({ label: 'shift', op: '=', value: '' })(labels)).toBe(true)
    expect(labelMatcher({ label: 'shift', op: '!=', value: '' })(labels)).toBe(false)
    expect(labelMatcher({ label: 'constructor', op: '=', value: '' })(labels)).toBe(true)
    expect(labelMatcher({ label: 'alertname', op: '!~', value: 'Inlet' })(labels)).toBe(true)
  })

  test('a silence speaks of its regions and everything below, if all matchers match', () => {
    const test = silenceTest({
      regions: ['370200'],
      matchers: [{ label: 'alertname', op: '=~', value: 'Inlet.+' }],
    })
    expect(test({ region: '370202', labels })).toBe(true)
    expect(test({ region: '370102', labels })).toBe(false)
    expect(test({ region: '370202', labels: { ...labels, alertname: 'Other' } })).toBe(false)
  })

  test('a label that is longer than any may be is matched by no pattern, in neither sense', () => {
    const long = { alertname: 'a'.repeat(longestLabel + 1) }
    const value = 'a*'
    expect(labelMatcher({ label: 'alertname', op: '=~', value })(long)).toBe(false)
    expect(labelMatcher({ label: 'alertname', op: '!~', value })(long)).toBe(false)
    expect(
      labelMatcher({ label: 'alertname', op: '=~', value })({ alertname: 'a'.repeat(longestLabel) }),
    ).toBe(true)
  })

  test('a matcher answers the same however many values it has seen', () => {
    const matches = labelMatcher({ label: 'region', op: '=~', value: '\\d*[02468]' })
    for (let round = 0; round < 2; round++)
      for (let region = 0; region < 1_500; region++)
        expect(matches({ region: String(region) })).toBe(region % 2 === 0)
  })

  test('a silence has a problem where one of its patterns is too dear, or all of them together', () => {
    const dear = { label: 'alertname', op: '=~', value: '(?:(?:(?:){1000}){1000}){1000}' } as const
    expect(silenceProblem({ matchers: [dear] })).toMatch('alertname=~"(?:(?:(?:){1000}){1000}){1000}"')
    const half = { label: 'alertname', op: '!~', value: 'a{300}' } as const
    expect(silenceProblem({ matchers: [half] })).toBeNull()
    expect(silenceProblem({ matchers: [half, half] })).toMatch('together')
    expect(silenceProblem({ matchers: [{ ...dear, op: '=' }] })).toBeNull()
    expect(silenceTest({ regions: ['370000'], matchers: [half, half] })({ region: '370202', labels })).toBe(
      false,
    )
  })

  test('a silence whose pattern cannot be read speaks of nothing', () => {
    const matchers = [{ label: 'alertname', op: '!~', value: '(' } as const]
    expect(silenceTest({ regions: ['370000'], matchers })({ region: '370202', labels })).toBe(false)
  })
})
