import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../platform/errors.ts'
import { readUtf8 } from '../../../platform/utf8-file.ts'
import { checkTogether } from './check-together.ts'
import type { PlacedRule } from './parse-rule.ts'
import { parseRuleFile } from './rule-file.ts'
import { byPlace, type Mistake } from './yaml/mistake.ts'

/** Rules files as they were read. */
export interface ReadRules {
  readonly files: readonly string[]
  readonly rules: readonly PlacedRule[]
  /** Of all files, in their order; none: the rules may be taken into use. */
  readonly mistakes: readonly Mistake[]
  /** The text of every file, to show a mistake in its line. */
  readonly texts: ReadonlyMap<string, string>
}

/** A tests file beside its rules, which a folder's rules do not include. */
export const testSuffix = '.test.yaml'

/** Reads files, and of folders every `.yaml` and `.yml` in them that is no tests file. */
export async function readRules(paths: readonly string[]): Promise<ReadRules> {
  const texts = new Map<string, string>()
  const missing: Mistake[] = []
  for (const path of paths) {
    try {
      for (const file of await filesAt(path, isRulesFile)) texts.set(file, await readUtf8(file))
    } catch (error) {
      missing.push({
        file: path,
        line: 1,
        column: 1,
        code: 'unreadable',
        message: messageOf(error),
        hint: null,
      })
    }
  }
  const parsed = [...texts].map(([file, text]) => parseRuleFile(file, text))
  const rules = parsed.flatMap(file => file.rules)
  const mistakes = [...missing, ...parsed.flatMap(file => file.mistakes), ...checkTogether(rules)]
  return { files: [...texts.keys()], rules, mistakes: mistakes.sort(byPlace), texts }
}

const isRulesFile = (name: string): boolean => !name.endsWith(testSuffix)

/** The file, or those of the folder's YAML files that are wanted. @throws where there is none */
export async function filesAt(path: string, wanted: (name: string) => boolean): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = await readdir(path)
  return names
    .filter(name => /\.ya?ml$/.test(name) && wanted(name))
    .sort()
    .map(name => join(path, name))
}
