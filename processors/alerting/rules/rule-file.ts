import type { Node } from 'yaml'
import { type PlacedRule, parseRule } from './parse-rule.ts'
import { longest } from './rule-keys.ts'
import type { Mistake } from './yaml/mistake.ts'
import { YamlSource } from './yaml/yaml-source.ts'

export interface ParsedRules {
  readonly rules: readonly PlacedRule[]
  readonly mistakes: readonly Mistake[]
}

/** A file that is longer is none that people wrote, and would be read for seconds. UTF-16 units. */
const longestFile = 1_000_000

/** The rules of one file. Where there is a mistake, the rules that have none are there all the same. */
export function parseRuleFile(file: string, text: string): ParsedRules {
  if (text.length > longestFile) return { rules: [], mistakes: [tooLong(file, text.length)] }
  const source = new YamlSource(file, text)
  const groups = source.root && groupNodes(source, source.root)
  const names = new Set<string>()
  const rules = (groups ?? []).flatMap(group => parseGroup(source, group, names))
  return { rules, mistakes: source.mistakes }
}

function tooLong(file: string, length: number): Mistake {
  const message = `the file has ${length} characters, at most ${longestFile}`
  return { file, line: 1, column: 1, code: 'too_long', message, hint: 'divide it' }
}

function groupNodes(source: YamlSource, root: Node): readonly Node[] {
  const groups = source.mapping(root, 'the file', ['groups'], ['groups'])?.get('groups')
  return (groups && source.list(groups.value, 'groups')) ?? []
}

function parseGroup(source: YamlSource, node: Node, names: Set<string>): readonly PlacedRule[] {
  const entries = source.mapping(node, 'the group', ['name', 'rules'], ['name', 'rules'], {
    interval: 'rules are judged whenever a window of the KPI is told, so there is no interval',
  })
  const [nameAt, rulesAt] = [entries?.get('name')?.value, entries?.get('rules')?.value]
  const name = nameAt ? source.shortText(nameAt, 'name', longest.name) : undefined
  if (nameAt && name !== undefined) {
    if (names.has(name)) source.report(nameAt, 'duplicate_group', `the file has two groups ${name}`)
    names.add(name)
  }
  const rules = (rulesAt && source.list(rulesAt, 'rules')) ?? []
  return rules.flatMap(rule => parseRule(source, rule, name ?? '') ?? [])
}
