/** Which characters a step of a pattern takes. */
export type CharacterTest = (codePoint: number) => boolean

/** A pattern as a tree. */
export type Pattern =
  | { readonly is: 'empty' }
  /** One character; `weight`: so many comparisons at most. */
  | { readonly is: 'one'; readonly of: CharacterTest; readonly weight: number }
  | { readonly is: 'edge'; readonly at: 'begin' | 'end' }
  | { readonly is: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | { readonly is: 'repeat'; readonly part: Pattern; readonly least: number; readonly most: number }

/** A pattern that cannot be read; the message says why, for people. */
export class PatternError extends Error {}

/** A label holds less, and a pattern that is longer is none that somebody wrote. Characters. */
const longestPattern = 1_000
const mostRepeats = 1_000
const deepest = 50
const digit: CharacterTest = c => c >= 48 && c <= 57
const word: CharacterTest = c => digit(c) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95
const space: CharacterTest = c => c === 32 || (c >= 9 && c <= 13 && c !== 11)
const classes: Readonly<Record<string, CharacterTest>> = {
  d: digit,
  w: word,
  s: space,
  D: c => !digit(c),
  W: c => !word(c),
  S: c => !space(c),
}
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

/**
 * Reads a regular expression in the syntax of RE2 as far as labels need it: characters, `.`, `[…]`, `\d \w \s`, groups, `|`,
 * `* + ? {n,m}`, `^ $` and `(?i)` in front. @throws PatternError
 */
export function parsePattern(text: string): Pattern {
  if (text.length > longestPattern) throw new PatternError(`longer than ${longestPattern} characters`)
  const ignoreCase = text.startsWith('(?i)')
  return new PatternParser([...(ignoreCase ? text.slice(4) : text)], ignoreCase).parse()
}

class PatternParser {
  private readonly text: readonly string[]
  private readonly ignoreCase: boolean
  private at = 0
  private depth = 0

  constructor(text: readonly string[], ignoreCase: boolean) {
    this.text = text
    this.ignoreCase = ignoreCase
  }

  parse(): Pattern {
    const pattern = this.choice()
    if (this.at < this.text.length) throw new PatternError('a ) that closes nothing')
    return pattern
  }

  private choice(): Pattern {
    const parts = [this.sequence()]
    while (this.takes('|')) parts.push(this.sequence())
    return parts.length === 1 ? (parts[0] as Pattern) : { is: 'choice', parts }
  }

  private sequence(): Pattern {
    const parts: Pattern[] = []
    for (let next = this.text[this.at]; next !== undefined && next !== '|' && next !== ')'; ) {
      parts.push(this.repeated(this.atom()))
      next = this.text[this.at]
    }
    return { is: 'sequence', parts }
  }

  private repeated(part: Pattern): Pattern {
    const bounds = this.bounds()
    if (!bounds) return part
    // Whether it takes as much or as little as it can makes no difference to whether all of it matches.
    this.takes('?')
    if (this.bounds()) throw new PatternError('repeats a repetition')
    return { is: 'repeat', part, ...bounds }
  }

  private bounds(): { readonly least: number; readonly most: number } | null {
    if (this.takes('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.takes('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.takes('?')) return { least: 0, most: 1 }
    const counted = /^\{(\d{1,5})(?:(,)(\d{0,5}))?\}/.exec(this.text.slice(this.at, this.at + 15).join(''))
    if (!counted) return null
    this.at += counted[0].length
    const least = Number(counted[1])
    const most = !counted[2] ? least : counted[3] ? Number(counted[3]) : Number.POSITIVE_INFINITY
    if (least > most) throw new PatternError(`${counted[0]} is no range`)
    if (least > mostRepeats || (Number.isFinite(most) && most > mostRepeats))
      throw new PatternError(`repeats more than ${mostRepeats} times`)
    return { least, most }
  }

  private atom(): Pattern {
    const next = this.text[this.at++]
    switch (next) {
      case '(':
        return this.group()
      case '[':
        return this.set()
      case '.':
        return { is: 'one', of: c => c !== 10, weight: 1 }
      case '^':
        return { is: 'edge', at: 'begin' }
      case '$':
        return { is: 'edge', at: 'end' }
      case '\\':
        return { is: 'one', of: this.escaped(), weight: 1 }
      case '*':
      case '+':
      case '?':
        throw new PatternError(`${next} repeats nothing`)
      default:
        return { is: 'one', of: this.character(next?.codePointAt(0) ?? 0), weight: 1 }
    }
  }

  private group(): Pattern {
    if (this.takes('?') && !this.takes(':'))
      throw new PatternError('of (?…) only (?:…) is known, and (?i) in front')
    if (++this.depth > deepest) throw new PatternError(`groups more than ${deepest} deep`)
    const inside = this.choice()
    if (!this.takes(')')) throw new PatternError('a ( that is not closed')
    this.depth--
    return inside
  }

  private escaped(): CharacterTest {
    const next = this.text[this.at++]
    if (next === undefined) throw new PatternError('a \\ at the end')
    const known = classes[next]
    return known ?? this.character(this.codeOf(next))
  }

  private codeOf(escaped: string): number {
    const control = controls[escaped]
    if (control !== undefined) return control
    if (/[A-Za-z0-9]/.test(escaped)) throw new PatternError(`\\${escaped} is not known`)
    return escaped.codePointAt(0) ?? 0
  }

  private set(): Pattern {
    const negated = this.takes('^')
    const tests: CharacterTest[] = []
    for (let first = true; first || this.text[this.at] !== ']'; first = false) {
      const from = this.member()
      if (typeof from === 'function') {
        tests.push(from)
        continue
      }
      const isRange = this.text[this.at] === '-' && this.text[this.at + 1] !== ']'
      if (isRange) this.at++
      const to = isRange ? this.member() : from
      if (typeof to === 'function' || to < from) throw new PatternError('a range in [] that is none')
      tests.push(this.range(from, to))
    }
    this.at++
    const of: CharacterTest = negated ? c => !tests.some(test => test(c)) : c => tests.some(test => test(c))
    return { is: 'one', of, weight: Math.max(1, tests.length) }
  }

  private member(): number | CharacterTest {
    const next = this.text[this.at++]
    if (next === undefined) throw new PatternError('a [ that is not closed')
    if (next !== '\\') return next.codePointAt(0) ?? 0
    const escaped = this.text[this.at++]
    if (escaped === undefined) throw new PatternError('a [ that is not closed')
    return classes[escaped] ?? this.codeOf(escaped)
  }

  private range(from: number, to: number): CharacterTest {
    const within: CharacterTest = c => c >= from && c <= to
    return this.ignoreCase ? c => within(c) || otherCases(c).some(within) : within
  }

  private character(code: number): CharacterTest {
    return this.range(code, code)
  }

  private takes(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }
}

function otherCases(code: number): readonly number[] {
  const character = String.fromCodePoint(code)
  return [character.toLowerCase(), character.toUpperCase()].map(other => other.codePointAt(0) ?? code)
}
