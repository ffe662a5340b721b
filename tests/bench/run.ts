import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { aggregateSection } from './aggregate/aggregate-section.ts'
import { rulesSection } from './alerting/rules-section.ts'
import { lateSection } from './late/late-section.ts'
import { recoverySection } from './recovery/recovery-section.ts'
import type { Section } from './section.ts'
import { stateSection } from './state/state-section.ts'
import { streamSection } from './stream/stream-section.ts'
import { wallSection } from './wall/wall-section.ts'

/**
 * `npm run bench [-- --only aggregate,stream,state,recovery,late,rules,wall] [--readings N] [--rounds N]`: tables on the screen,
 * and .bench/results.json, in which sections that were not run keep what they had.
 */
const sections: readonly Section[] = [
  aggregateSection,
  streamSection,
  stateSection,
  recoverySection,
  lateSection,
  rulesSection,
  wallSection,
]
const file = '.bench/results.json'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: sections.map(({ name }) => name).join(',') },
    readings: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '3' },
  },
})
const chosen = values.only.split(',').map(name => {
  const section = sections.find(candidate => candidate.name === name)
  if (section) return section
  process.stderr.write(`no section ${name}; choose from ${sections.map(known => known.name).join(', ')}\n`)
  return process.exit(64)
})
for (const { name, question, run } of chosen) {
  process.stdout.write(`\n${name}: ${question}\n`)
  const { table, results } = await run({ readings: Number(values.readings), rounds: Number(values.rounds) })
  console.table(table)
  const before: object = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'))
  await mkdir('.bench', { recursive: true })
  await writeFile(file, `${JSON.stringify({ ...before, [name]: results }, null, 2)}\n`)
}
