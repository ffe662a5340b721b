import type { FileResult } from '../rule-tests/run-test-files.ts'
import { mistakesText } from './check-rules.ts'

/** How a file's tests went, for people: a line for each test, and for each failure what was expected and what came. */
export function testReport({ file, tests, mistakes, texts }: FileResult): string {
  if (mistakes.length > 0) return mistakesText(mistakes, texts)
  return [
    file,
    ...tests.flatMap(({ name, failures }) => [
      `  ${failures.length === 0 ? 'ok    ' : 'FAILED'}  ${name}`,
      ...failures.flatMap(({ at, what, difference }) => [
        `          ${at.file}:${at.line}: ${what} (- expected, + got)`,
        ...difference.map(line => `            ${line}`),
      ]),
    ]),
    '',
  ].join('\n')
}

export function isOk({ tests, mistakes }: FileResult): boolean {
  return mistakes.length === 0 && tests.every(({ failures }) => failures.length === 0)
}
