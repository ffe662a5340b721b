import { expect, test } from 'vitest'
import { type Owned, Tenure } from '../../../../processors/alerting/run/tenure.ts'

const log = { log: 'cluster:id', base: 0, closedUntil: null }
const begin = { offset: 7, metadata: 'an earlier tenure' }

function tenureOf(isAlone: boolean) {
  const owned = { begin, log, writer: { isAlone: () => Promise.resolve(isAlone) } } as unknown as Owned
  const tenure = new Tenure(() => Promise.resolve(owned))
  return { tenure, ask: (commit: Owned['begin']) => tenure.mayBeOutdated(owned, commit) }
}

test('what is known holds where the commit is its own, or that of the begin, and nobody else wrote', async () => {
  const { tenure, ask } = tenureOf(true)
  expect(await ask({ offset: 40, metadata: tenure.commitMetadata(log) })).toBeNull()
  expect(await ask(begin)).toBeNull()
})

test('a commit or a message of another is noticed', async () => {
  const { ask } = tenureOf(true)
  expect(await ask({ offset: 40, metadata: tenureOf(true).tenure.commitMetadata(log) })).toMatch('committed')
  expect(await ask({ ...begin, metadata: 'another tenure' })).toMatch('committed')
  // An older version says nothing of itself.
  expect(await ask({ offset: 8, metadata: '' })).toMatch('committed')
  const written = tenureOf(false)
  expect(await written.ask({ offset: 40, metadata: written.tenure.commitMetadata(log) })).toMatch('written')
})
