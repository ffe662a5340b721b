import { withAncestors } from '../../regions/regions.ts'
import type { Alert } from '../alert.ts'
import type { Matcher, Silence } from '../silence.ts'
import { PatternError } from './parse-pattern.ts'
import { wholeMatch } from './whole-match.ts'

export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean

/** As in Alertmanager: a label that is not there is empty, a pattern matches all of the value. @throws PatternError */
export function labelMatcher({ label, op, value }: Matcher): LabelTest {
  const labelOf = (labels: Readonly<Record<string, string>>) =>
    Object.hasOwn(labels, label) ? (labels[label] ?? '') : ''
  switch (op) {
    case '=':
      return labels => labelOf(labels) === value
    case '!=':
      return labels => labelOf(labels) !== value
    case '=~': {
      const matches = wholeMatch(value)
      return labels => matches(labelOf(labels))
    }
    case '!~': {
      const matches = wholeMatch(value)
      return labels => !matches(labelOf(labels))
    }
  }
}

/**
 * Whether a silence speaks of an alert: in one of its regions or below, and all its matchers match. One whose patterns
 * cannot be read speaks of nothing: better to be woken in vain.
 */
export function silenceTest({
  regions,
  matchers,
}: Pick<Silence, 'regions' | 'matchers'>): (alert: Pick<Alert, 'region' | 'labels'>) => boolean {
  try {
    const tests = matchers.map(labelMatcher)
    return ({ region, labels }) =>
      withAncestors(region).some(code => regions.includes(code)) && tests.every(test => test(labels))
  } catch (error) {
    if (error instanceof PatternError) return () => false
    throw error
  }
}
