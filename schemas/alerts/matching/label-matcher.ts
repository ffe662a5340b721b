import { withAncestors } from '../../regions/regions.ts'
import type { Alert } from '../alert.ts'
import type { Matcher, Silence } from '../silence.ts'
import { PatternError } from './parse-pattern.ts'
import { mostPatternCost, patternCost, wholeMatch } from './whole-match.ts'

export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean

/** No label of a rule is longer; of a longer one a pattern says nothing. UTF-16 units. */
export const longestLabel = 256
/** Values of a label whose answer a matcher remembers: regions and rules are few, alerts about them are many. */
const mostRemembered = 1_000

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
      const matches = remembering(wholeMatch(value))
      return labels => matches(labelOf(labels)) === true
    }
    case '!~': {
      const matches = remembering(wholeMatch(value))
      return labels => matches(labelOf(labels)) === false
    }
  }
}

/** Undefined for a value that is longer than any label may be. */
function remembering(matches: (text: string) => boolean): (text: string) => boolean | undefined {
  const known = new Map<string, boolean>()
  return text => {
    if (text.length > longestLabel) return undefined
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = matches(text)
    if (known.size >= mostRemembered) known.clear()
    known.set(text, answer)
    return answer
  }
}

/** Why a silence cannot be applied; null where it can. All its patterns together may cost what one may. */
export function silenceProblem({ matchers }: Pick<Silence, 'matchers'>): string | null {
  let cost = 0
  for (const { label, op, value } of matchers) {
    if (op !== '=~' && op !== '!~') continue
    try {
      cost += patternCost(value)
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      return `${label}${op}${JSON.stringify(shown(value))} cannot be used as a pattern: ${error.message}`
    }
  }
  return cost > mostPatternCost ? `its patterns together make more than ${mostPatternCost} steps` : null
}

function shown(pattern: string): string {
  return pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern
}

/**
 * Whether a silence speaks of an alert: in one of its regions or below, and all its matchers match. One that has a problem
 * speaks of nothing: better to be woken in vain.
 */
export function silenceTest({
  regions,
  matchers,
}: Pick<Silence, 'regions' | 'matchers'>): (alert: Pick<Alert, 'region' | 'labels'>) => boolean {
  if (silenceProblem({ matchers }) !== null) return () => false
  const tests = matchers.map(labelMatcher)
  return ({ region, labels }) =>
    withAncestors(region).some(code => regions.includes(code)) && tests.every(test => test(labels))
}
