import { dirname, join } from 'node:path'
import { messageOf } from '../../../platform/errors.ts'
import { readUtf8 } from '../../../platform/utf8-file.ts'
import { filesAt, readRules, testSuffix } from '../rules/read-rules.ts'
import type { Mistake } from '../rules/yaml/mistake.ts'
import { type Failure, runTest } from './run-test.ts'
import { parseTestFile } from './test-file.ts'

/** How the tests of one file went. */
export interface FileResult {
  readonly file: string
  readonly tests: readonly { readonly name: string; readonly failures: readonly Failure[] }[]
  /** Rules that fired in some test. */
  readonly fired: ReadonlySet<string>
  /** Of the file, and of the rules files that it names: then nothing was run. */
  readonly mistakes: readonly Mistake[]
  readonly texts: ReadonlyMap<string, string>
}

export async function runTestFile(file: string): Promise<FileResult> {
  let text: string
  try {
    text = await readUtf8(file)
  } catch (error) {
    const mistake = { file, line: 1, column: 1, code: 'unreadable', message: messageOf(error), hint: null }
    return { file, tests: [], fired: new Set(), mistakes: [mistake], texts: new Map() }
  }
  const parsed = parseTestFile(file, text)
  const read = await readRules(parsed.ruleFiles.map(name => join(dirname(file), name)))
  const mistakes = [...parsed.mistakes, ...read.mistakes]
  const rules = read.rules.map(({ rule }) => rule)
  const run =
    mistakes.length > 0 ? [] : parsed.tests.map(test => ({ name: test.name, ...runTest(rules, test) }))
  return {
    file,
    tests: run.map(({ name, failures }) => ({ name, failures })),
    fired: new Set(run.flatMap(({ fired }) => [...fired])),
    mistakes,
    texts: new Map([...read.texts, [file, text]]),
  }
}

/** Tests files, and of folders those in them. @throws where there is nothing */
export async function testFilesAt(paths: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all(paths.map(path => filesAt(path, name => name.endsWith(testSuffix))))
  return files.flat()
}
