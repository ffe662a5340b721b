import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runTest } from '../../../processors/alerting/rule-tests/run-test.ts'
import { parseTestFile } from '../../../processors/alerting/rule-tests/test-file.ts'
import { parseRuleFile } from '../../../processors/alerting/rules/rule-file.ts'
import { ruleKeyTable } from '../../../processors/alerting/rules/rule-keys.ts'
import { templateVariables } from '../../../processors/alerting/rules/template/parse-template.ts'
import { alertStates } from '../../../schemas/alerts/alert.ts'

const text = await readFile(join(import.meta.dirname, '../../../docs/alerting.md'), 'utf8')

test('the reference is that of the parser', () => {
  expect(text).toContain(ruleKeyTable())
  for (const name of templateVariables) expect(text).toContain(`\`{{ ${name} }}\``)
  for (const state of alertStates) expect(text).toContain(`| \`${state}\` |`)
})

test('the first rule works, and its tests say so', () => {
  const [rulesText = '', testsText = ''] = [...text.matchAll(/```yaml\n([^`]+)```/g)].map(([, block = '']) =>
    block.replaceAll(/^ {3}/gm, ''),
  )
  const { rules, mistakes } = parseRuleFile('pue.yaml', rulesText)
  const parsed = parseTestFile('pue.test.yaml', testsText)
  expect([...mistakes, ...parsed.mistakes]).toEqual([])
  expect(parsed.ruleFiles).toEqual(['pue.yaml'])
  const outcomes = parsed.tests.map(one =>
    runTest(
      rules.map(({ rule }) => rule),
      one,
    ),
  )
  expect(outcomes.flatMap(({ failures }) => failures)).toEqual([])
  expect(outcomes).toHaveLength(2)
})
