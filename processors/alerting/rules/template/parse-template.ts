import { suggestion } from '../yaml/did-you-mean.ts'

/** What `{{ … }}` may name, besides `labels.x`. */
export const templateVariables = [
  'value',
  'threshold',
  'unit',
  'coverage',
  'region',
  'region_code',
  'level',
  'kpi',
  'rule',
  'severity',
  'window_start',
  'window_end',
  'active_since',
] as const
export type TemplateVariable = (typeof templateVariables)[number]

export type TemplatePart =
  | { readonly text: string }
  | { readonly variable: TemplateVariable }
  | { readonly label: string }

export interface TemplateMistake {
  readonly message: string
  readonly hint: string
}

export interface ParsedTemplate {
  readonly parts: readonly TemplatePart[]
  readonly mistakes: readonly TemplateMistake[]
}

/** Text with `{{ value }}` and the like in it. @param labels that exist */
export function parseTemplate(text: string, labels: readonly string[]): ParsedTemplate {
  const parts: TemplatePart[] = []
  const mistakes: TemplateMistake[] = []
  let rest = text
  for (let open = rest.indexOf('{{'); open >= 0; open = rest.indexOf('{{')) {
    if (open > 0) parts.push({ text: rest.slice(0, open) })
    const close = rest.indexOf('}}', open)
    if (close < 0) {
      mistakes.push({ message: `${rest.slice(open)} is never closed`, hint: 'write {{ value }}' })
      return { parts, mistakes }
    }
    const part = partOf(rest.slice(open + 2, close).trim(), labels)
    if ('message' in part) mistakes.push(part)
    else parts.push(part)
    rest = rest.slice(close + 2)
  }
  if (rest !== '') parts.push({ text: rest })
  return { parts, mistakes }
}

function partOf(name: string, labels: readonly string[]): TemplatePart | TemplateMistake {
  const variable = templateVariables.find(candidate => candidate === name)
  if (variable) return { variable }
  const label = /^labels\.(.+)$/.exec(name)?.[1]
  if (label !== undefined && labels.includes(label)) return { label }
  const message = `{{ ${name} }} is unknown`
  if (label !== undefined)
    return { message, hint: `the rule has no such label: ${suggestion(label, labels)}` }
  if (name.startsWith('$')) return { message, hint: `without $: {{ ${name.slice(1).split(/\W/)[0]} }}` }
  if (name.includes('|'))
    return { message, hint: 'there are no functions: numbers and times are formatted already' }
  return { message, hint: suggestion(name, templateVariables) }
}
