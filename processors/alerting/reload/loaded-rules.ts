import type { PublishedRule } from '../../../schemas/alerts/published-rule.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { ReadRules } from '../rules/read-rules.ts'
import { type Mistake, shownMistake } from '../rules/yaml/mistake.ts'

/** Rules that are run, each with the file it stands in, and what is wrong with files as they are now. */
export interface LoadedRules {
  readonly rules: readonly { readonly rule: Rule; readonly file: string }[]
  readonly errors: ReadonlyMap<string, string>
}

/** Mistakes of a file that everybody is told, and characters of each; `npm run rules -- check` shows all of them. */
const mostShown = 20
const longestShown = 1_000

export const noRules: LoadedRules = { rules: [], errors: new Map() }

/** What is run after files were read: of a file with mistakes, what was run before. */
export function takeRead(before: LoadedRules, { rules, mistakes, texts }: ReadRules): LoadedRules {
  const bad = Map.groupBy(mistakes, ({ file }) => file)
  const isBad = (file: string) => [...bad.keys()].some(path => file === path || file.startsWith(`${path}/`))
  const good = rules.filter(({ at }) => !isBad(at.file)).map(({ rule, at }) => ({ rule, file: at.file }))
  const names = new Set(good.map(({ rule }) => rule.name))
  const kept = before.rules.filter(({ rule, file }) => isBad(file) && !names.has(rule.name))
  const errorOf = (file: string, of: readonly Mistake[]) => {
    const shown = of
      .slice(0, mostShown)
      .map(mistake => shownMistake(mistake, texts.get(file)).slice(0, longestShown))
    return of.length > mostShown
      ? [...shown, `and ${of.length - mostShown} more`].join('\n')
      : shown.join('\n')
  }
  return {
    rules: [...good, ...kept],
    errors: new Map([...bad].map(([file, of]) => [file, errorOf(file, of)])),
  }
}

/** Values of `alert.rules`. @param at wall time of the load, epoch ms */
export function publishedRules({ rules, errors }: LoadedRules, at: number): readonly PublishedRule[] {
  const errorOf = (file: string) =>
    [...errors].find(([path]) => file === path || file.startsWith(`${path}/`))?.[1] ?? null
  const run = rules.map(({ rule, file }) => ({
    name: rule.name,
    group: rule.group,
    rule: JSON.stringify(rule),
    file,
    loaded_at: at,
    error: errorOf(file),
  }))
  const bare = [...errors].filter(
    ([path]) => !rules.some(({ file }) => file === path || file.startsWith(`${path}/`)),
  )
  return [
    ...run,
    ...bare.map(([file, error]) => ({ name: file, group: '', rule: '', file, loaded_at: at, error })),
  ]
}

/** The rules as they were published last: what goes on where a file is bad already at the start. */
export function republished(published: readonly PublishedRule[]): LoadedRules {
  const rules = published.flatMap(({ rule, file }) => {
    if (rule === '') return []
    // Ours alone: nobody else writes this topic.
    const parsed: Rule = JSON.parse(rule)
    return [{ rule: parsed, file }]
  })
  return { rules, errors: new Map() }
}
