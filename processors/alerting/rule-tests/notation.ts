import type { JudgedWindow } from '../judge/judged-window.ts'

/** One window of a series as a test writes it: what is said of it, and how many windows after its end. */
interface Say {
  readonly value: number | null
  readonly coverage: number
  readonly provisional: boolean
  readonly later: number
}

/** A window, and when it is told, epoch ms. */
export interface Told {
  readonly at: number
  readonly window: JudgedWindow
}

const word = /^(?<says>[^x]+?)(?:x(?<times>\d+))?$/
const say =
  /^(?<value>_|[-+]?\d+(?:\.\d+)?)(?:@(?<coverage>\d+(?:\.\d+)?)(?<percent>%?))?(?<provisional>\?)?(?:\+(?<later>\d+))?$/

/**
 * Windows in their order, separated by spaces:
 *
 * | written     | means                                                                                |
 * |-------------|--------------------------------------------------------------------------------------|
 * | `1.3`       | a final value, told when the window ends                                             |
 * | `1.3@0.5`   | with coverage 0.5 (or `@50%`); else all assets reported                              |
 * | `_`         | no value; `_@0` with nobody reporting                                                |
 * | `!`         | a window that is never told                                                          |
 * | `1.3?`      | a provisional value                                                                  |
 * | `1.3+2`     | told two windows after it ended                                                      |
 * | `1.3>1.2+4` | 1.3, and four windows after its end 1.2: corrected, or final after a provisional one |
 * | `1.3x3`     | three windows like that                                                              |
 *
 * What follows `>` is told one window later where it does not say when.
 */
export function parseSeries(
  text: string,
): { readonly says: readonly (readonly Say[])[] } | { readonly wrong: string } {
  const says: (readonly Say[])[] = []
  for (const written of text.trim().split(/\s+/)) {
    const { says: inner = '', times = '1' } = word.exec(written)?.groups ?? {}
    const window = inner === '!' ? [] : inner.split('>').map((one, i) => parseSay(one, i))
    if (inner === '' || window.includes(undefined)) return { wrong: written }
    const known = window.filter(one => one !== undefined)
    for (let n = 0; n < Number(times); n++) says.push(known)
  }
  return { says }
}

function parseSay(text: string, i: number): Say | undefined {
  const found = say.exec(text)?.groups
  if (!found) return undefined
  const { value = '_', coverage, percent, provisional, later } = found
  return {
    value: value === '_' ? null : Number(value),
    coverage: Number(coverage ?? 1) / (percent ? 100 : 1),
    provisional: provisional !== undefined,
    later: Number(later ?? i),
  }
}

/** What is told of a series that begins at `start`, in the order in which it is told. */
export function toldOf(says: readonly (readonly Say[])[], start: number, windowMs: number): readonly Told[] {
  const told = says.flatMap((window, i) => {
    let revision = 0
    return window.map(({ value, coverage, provisional, later }, n): Told => {
      if (!provisional) revision++
      return {
        at: start + (i + 1 + later) * windowMs,
        window: {
          start: start + i * windowMs,
          end: start + (i + 1) * windowMs,
          value,
          coverage,
          status: provisional ? 'provisional' : revision === 1 ? 'final' : 'corrected',
          revision,
          version: n + 1,
        },
      }
    })
  })
  return told.sort((one, other) => one.at - other.at)
}
