import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runTestFile } from '../../../processors/alerting/rule-tests/run-test-files.ts'
import { readRules } from '../../../processors/alerting/rules/read-rules.ts'
import { shownMistake } from '../../../processors/alerting/rules/yaml/mistake.ts'
import { feeds } from '../../../schemas/records/record.ts'

const folder = join(import.meta.dirname, '../../../processors/alerting/starter-rules')

describe.each(feeds)('the starter rules for %s', feed => {
  test('do what their tests say', async () => {
    const { tests, mistakes } = await runTestFile(join(folder, `${feed}.test.yaml`))
    expect(mistakes.map(mistake => shownMistake(mistake))).toEqual([])
    expect(tests.flatMap(({ failures }) => failures)).toEqual([])
    expect(tests.length).toBeGreaterThan(0)
  })

  test('are all tested: every one fires in some test', async () => {
    const { rules } = await readRules([folder])
    const { fired } = await runTestFile(join(folder, `${feed}.test.yaml`))
    const own = rules.flatMap(({ rule }) => (rule.kpi.startsWith(`${feed}.`) ? [rule.name] : []))
    expect(own.filter(name => !fired.has(name))).toEqual([])
  })
})

test('the starter rules are read without a mistake, and are at least twelve', async () => {
  const { rules, mistakes } = await readRules([folder])
  expect(mistakes).toEqual([])
  expect(rules.length).toBeGreaterThanOrEqual(12)
})
