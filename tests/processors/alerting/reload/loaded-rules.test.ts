import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  noRules,
  publishedRules,
  republished,
  takeRead,
} from '../../../../processors/alerting/reload/loaded-rules.ts'
import { readRules } from '../../../../processors/alerting/rules/read-rules.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-rules-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const rule = (name: string, expr = '"> 1.4"') => `groups:
  - name: ${name}
    rules:
      - alert: ${name}
        kpi: datacenter.pue
        level: city
        expr: ${expr}
        severity: major
        annotations: {summary_zh: "{{ region }}", summary_en: "{{ region }}"}
`
const names = ({ rules }: typeof noRules) => rules.map(one => one.rule.name)

test('of a file with a mistake the rules of before go on, those of the others are taken', async () => {
  const [good, bad] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
  await writeFile(good, rule('First'))
  await writeFile(bad, rule('Second'))
  const before = takeRead(noRules, await readRules([folder]))
  expect(names(before)).toEqual(['First', 'Second'])
  expect(before.errors.size).toBe(0)

  await writeFile(good, rule('Third'))
  await writeFile(bad, rule('Second', '"nonsense"'))
  const after = takeRead(before, await readRules([folder]))
  expect(names(after)).toEqual(['Third', 'Second'])
  expect(after.rules[1]?.rule.condition).toEqual({ op: '>', threshold: 1.4 })
  expect(after.errors.get(bad)).toContain('nonsense')

  const published = publishedRules(after, 5)
  expect(published.map(({ name, error }) => [name, error === null])).toEqual([
    ['Third', true],
    ['Second', false],
  ])
  // A start finds the file as it is, and what was run before in the log.
  const restarted = takeRead(republished(published), await readRules([folder]))
  expect(names(restarted)).toEqual(['Third', 'Second'])
})

test('a folder that is gone changes nothing, and a bad file that was never good is told by its name', async () => {
  const file = join(folder, 'c.yaml')
  await writeFile(file, 'groups: 5')
  const bare = takeRead(noRules, await readRules([file]))
  expect(publishedRules(bare, 5)).toEqual([
    { name: file, group: '', rule: '', file, loaded_at: 5, error: expect.stringContaining('groups') },
  ])
  await writeFile(file, rule('Fourth'))
  const before = takeRead(bare, await readRules([file]))
  await rm(file)
  const after = takeRead(before, await readRules([file]))
  expect(names(after)).toEqual(['Fourth'])
  expect(after.errors.size).toBe(1)
})

test('what is wrong with a file is told within bounds, and a text of a rule that is too long is wrong', async () => {
  const path = join(folder, 'long.yaml')
  const long = rule('Long').replace(
    'severity: major',
    `severity: major\n        labels: {team: ${'x'.repeat(257)}}`,
  )
  await writeFile(path, long)
  const read = await readRules([path])
  expect(read.mistakes).toMatchObject([
    { code: 'too_long', message: 'label team has 257 characters, at most 256' },
  ])
  await writeFile(path, `groups: [{name: g, rules: [${'{alert: 1, x: y},'.repeat(500)}]}]`)
  const told = takeRead(noRules, await readRules([path])).errors.get(path) ?? ''
  expect(told.length).toBeLessThan(21 * 1_000)
  expect(told).toMatch(/and \d+ more$/)
  await writeFile(path, `groups: ${'['.repeat(1_000_001)}`)
  expect((await readRules([path])).mistakes).toMatchObject([{ code: 'too_long', hint: 'divide it' }])
})
