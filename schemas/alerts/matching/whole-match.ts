import { type CharacterTest, type Pattern, PatternError, parsePattern } from './parse-pattern.ts'

type Step =
  | { readonly do: 'take'; readonly of: CharacterTest }
  | { readonly do: 'edge'; readonly at: 'begin' | 'end' }
  | { readonly do: 'fork'; to: readonly number[] }

/**
 * What a pattern may cost at most. The cost counts the steps of its program, every repetition written out and every
 * comparison of a [] for itself; a step that takes nothing counts too, so that repetitions of nothing are not free. A match
 * visits each step once for every character: of a label of 256 characters it takes 30 ms at worst, and a pattern of 200
 * characters without repetitions stays far below.
 */
export const mostPatternCost = 1_000

/**
 * Whether a pattern matches the whole of a text, in time proportional to its cost and the length of the text: a pattern of
 * somebody's own cannot keep the process busy, as backtracking would. @throws PatternError
 */
export function wholeMatch(pattern: string): (text: string) => boolean {
  const parsed = parsePattern(pattern)
  requireCheap(parsed)
  const steps = compile(parsed)
  return text => run(steps, [...text])
}

/** What a pattern costs, known before anything is repeated. @throws PatternError where it cannot be read or costs too much */
export function patternCost(pattern: string): number {
  return requireCheap(parsePattern(pattern))
}

function requireCheap(pattern: Pattern): number {
  const cost = costOf(pattern)
  if (cost <= mostPatternCost) return cost
  throw new PatternError(`its repetitions make more than ${mostPatternCost} steps`)
}

/** By arithmetic on the tree: nothing is written out. Fifty levels of {1000} are still a finite number. */
function costOf(pattern: Pattern): number {
  switch (pattern.is) {
    case 'empty':
    case 'edge':
      return 1
    case 'one':
      return pattern.weight
    case 'sequence':
      return pattern.parts.reduce((sum, part) => sum + costOf(part), 1)
    case 'choice':
      return pattern.parts.reduce((sum, part) => sum + costOf(part) + 1, 1)
    case 'repeat': {
      const { part, least, most } = pattern
      const copies = Number.isFinite(most) ? most : least + 1
      return 1 + copies * (costOf(part) + 1)
    }
  }
}

function compile(pattern: Pattern): readonly Step[] {
  const steps: Step[] = []
  const push = (step: Step): number => steps.push(step) - 1
  const fork = (): { to: readonly number[] } =>
    steps[push({ do: 'fork', to: [] })] as { to: readonly number[] }
  const emit = (part: Pattern): void => {
    switch (part.is) {
      case 'empty':
        return
      case 'one':
        push({ do: 'take', of: part.of })
        return
      case 'edge':
        push({ do: 'edge', at: part.at })
        return
      case 'sequence':
        for (const one of part.parts) emit(one)
        return
      case 'choice': {
        const begin = fork()
        const ends: { to: readonly number[] }[] = []
        begin.to = part.parts.map(one => {
          const start = steps.length
          emit(one)
          ends.push(fork())
          return start
        })
        for (const end of ends) end.to = [steps.length]
        return
      }
      case 'repeat':
        repeat(part.part, part.least, part.most)
    }
  }
  const repeat = (part: Pattern, least: number, most: number): void => {
    for (let n = 0; n < least; n++) emit(part)
    if (most === Number.POSITIVE_INFINITY) {
      const at = steps.length
      const loop = fork()
      emit(part)
      const back = fork()
      back.to = [at]
      loop.to = [at + 1, steps.length]
      return
    }
    const skips: { to: readonly number[] }[] = []
    for (let n = least; n < most; n++) {
      const skip = fork()
      skip.to = [steps.length]
      skips.push(skip)
      emit(part)
    }
    for (const skip of skips) skip.to = [...skip.to, steps.length]
  }
  emit(pattern)
  return steps
}

/** All ways through the steps at once; a step is looked at once for every character. */
function run(steps: readonly Step[], text: readonly string[]): boolean {
  let at = reach(steps, [0], 0, text.length)
  for (const [index, character] of text.entries()) {
    const code = character.codePointAt(0) ?? 0
    const next: number[] = []
    for (const place of at) {
      const step = steps[place]
      if (step?.do === 'take' && step.of(code)) next.push(place + 1)
    }
    if (next.length === 0) return false
    at = reach(steps, next, index + 1, text.length)
  }
  return at.has(steps.length)
}

/** The places that can be reached without taking a character. */
function reach(
  steps: readonly Step[],
  from: readonly number[],
  index: number,
  end: number,
): ReadonlySet<number> {
  const reached = new Set<number>()
  const open = [...from]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (reached.has(place)) continue
    reached.add(place)
    const step = steps[place]
    if (step?.do === 'fork') open.push(...step.to)
    if (step?.do === 'edge' && index === (step.at === 'begin' ? 0 : end)) open.push(place + 1)
  }
  return reached
}
