import fc from 'fast-check'

/** Shrinking takes longer than a test may: what was found until then is told. A slow machine looks at fewer cases. */
export const inTime = { interruptAfterTimeLimit: 40_000 } as const

/** A list that a counterexample prints in words, one after the other. */
export function readable<T>(list: readonly T[], inWords: (one: T) => string): readonly T[] {
  const print = () => `\n  ${list.map(inWords).join('\n  ')}\n`
  return Object.defineProperty([...list], fc.toStringMethod, { value: print })
}
