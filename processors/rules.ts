import { UsageError } from '../platform/command-options.ts'
import { CodedError, exitCode, messageOf } from '../platform/errors.ts'
import { runBacktest } from './alerting/backtest/run-backtest.ts'
import { mistakesText, rulesTable } from './alerting/command/check-rules.ts'
import { type RulesOptions, rulesOptions, rulesUsage } from './alerting/command/rules-options.ts'
import { isOk, testReport } from './alerting/command/test-report.ts'
import { textTable } from './alerting/command/text-table.ts'
import { runTestFile, testFilesAt } from './alerting/rule-tests/run-test-files.ts'
import { readRules } from './alerting/rules/read-rules.ts'

/** `npm run rules`: alert rules checked, tested, and tried on the past. Exit codes: see the usage. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    print(rulesUsage)
    return exitCode.ok
  }
  try {
    const options = rulesOptions(args)
    return options.verb === 'test' ? await test(options) : await withRules(options)
  } catch (error) {
    const hint = error instanceof CodedError && error.hint ? `\n${error.hint}` : ''
    process.stderr.write(`rules: ${messageOf(error)}${hint}\n`)
    return error instanceof UsageError ? exitCode.usage : exitCode.failed
  }
}

async function withRules(options: Exclude<RulesOptions, { verb: 'test' }>): Promise<number> {
  const { rules: placed, mistakes, texts } = await readRules(options.files)
  if (mistakes.length > 0) {
    if (options.json) printLines(mistakes)
    else process.stderr.write(mistakesText(mistakes, texts))
    return exitCode.failed
  }
  const rules = placed.map(({ rule }) => rule)
  if (options.verb === 'backtest') {
    await runBacktest(rules, options.range, options.json, print)
  } else if (options.json) printLines(rules)
  else print(`${textTable(...rulesTable(rules))}\n${rules.length} rules, no mistakes\n`)
  return exitCode.ok
}

async function test({ files, json }: RulesOptions): Promise<number> {
  let ok = true
  let tests = 0
  for (const file of await testFilesAt(files)) {
    const result = await runTestFile(file)
    ok &&= isOk(result)
    tests += result.tests.length
    if (!json) print(testReport(result))
    else printLines([{ file, tests: result.tests, mistakes: result.mistakes }])
  }
  if (!json) print(ok ? `${tests} tests, all ok\n` : `not all of the ${tests} tests are ok\n`)
  return ok ? exitCode.ok : exitCode.failed
}

function printLines(objects: readonly object[]): void {
  for (const object of objects) print(`${JSON.stringify(object)}\n`)
}

function print(text: string): void {
  process.stdout.write(text)
}
