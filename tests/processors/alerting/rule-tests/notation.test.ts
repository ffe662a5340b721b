import { describe, expect, test } from 'vitest'
import { parseSeries, toldOf } from '../../../../processors/alerting/rule-tests/notation.ts'

/** What is told, in windows: `time window value coverage status revision`. */
function told(text: string): readonly string[] {
  const parsed = parseSeries(text)
  if ('wrong' in parsed) return [`wrong: ${parsed.wrong}`]
  return toldOf(parsed.says, 0, 10).map(
    ({ at, window: { start, value, coverage, status, revision } }) =>
      `${at / 10} ${start / 10} ${value} ${coverage} ${status} ${revision}`,
  )
}

describe('a series is written', () => {
  test.each([
    ['as values', '1.2 -3', ['1 0 1.2 1 final 1', '2 1 -3 1 final 1']],
    ['with repetitions', '1.2x2 7', ['1 0 1.2 1 final 1', '2 1 1.2 1 final 1', '3 2 7 1 final 1']],
    ['with coverage', '1@0.5 1@50% _@0', ['1 0 1 0.5 final 1', '2 1 1 0.5 final 1', '3 2 null 0 final 1']],
    ['with gaps', '1 _ ! 2', ['1 0 1 1 final 1', '2 1 null 1 final 1', '4 3 2 1 final 1']],
    ['with corrections', '1>2+2 3', ['1 0 1 1 final 1', '2 1 3 1 final 1', '3 0 2 1 corrected 2']],
    ['with several', '1>2>3+5', ['1 0 1 1 final 1', '2 0 2 1 corrected 2', '6 0 3 1 corrected 3']],
    [
      'with provisional values',
      '1?>2 3?',
      ['1 0 1 1 provisional 0', '2 0 2 1 final 1', '2 1 3 1 provisional 0'],
    ],
    ['with values that come late', '1+2 2', ['2 1 2 1 final 1', '3 0 1 1 final 1']],
    ['or not at all', 'high', ['wrong: high']],
    ['or not quite', '1 2>', ['wrong: 2>']],
    ['or with too many signs', '1xx3', ['wrong: 1xx3']],
  ])('%s', (_, text, lines) => expect(told(text)).toEqual(lines))
})
