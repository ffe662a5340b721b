import { type CharacterTest, type Pattern, PatternError, parsePattern } from './parse-pattern.ts'

type Step =
  | { readonly do: 'take'; readonly of: CharacterTest }
  | { readonly do: 'edge'; readonly at: 'begin' | 'end' }
  | { readonly do: 'fork'; to: readonly number[] }

/** Steps of one program: bounds what a pattern may cost, which is this times the length of the text. */
const mostSteps = 4_000

/**
 * Whether a pattern matches the whole of a text, in time proportional to the length of both: a pattern of somebody's own
 * cannot keep the process busy, as backtracking would. @throws PatternError
 */
export function wholeMatch(pattern: string): (text: string) => boolean {
  const steps = compile(parsePattern(pattern))
  return text => run(steps, [...text])
}

/** Why a pattern cannot be used; null where it can. */
export function patternProblem(pattern: string): string | null {
  try {
    wholeMatch(pattern)
    return null
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

function compile(pattern: Pattern): readonly Step[] {
  const steps: Step[] = []
  const push = (step: Step): number => {
    if (steps.length >= mostSteps) throw new PatternError('the pattern is too long')
    return steps.push(step) - 1
  }
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
