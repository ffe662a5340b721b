import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { followCoordinator } from '../../../platform/kafka/moved-coordinator.ts'

interface Committing {
  commitOffsets(offsets: object): Promise<void>
}
const Original: new (options: object) => Committing = createRequire(import.meta.url)(
  'kafkajs/src/consumer/offsetManager/index.js',
)

/** A member of a group, with what its coordinators are told and answer. */
function member(refusals: readonly (string | null)[]) {
  class OffsetManager extends Original {}
  // Its own, so that each test patches kafkajs once.
  OffsetManager.prototype.commitOffsets = Original.prototype.commitOffsets
  followCoordinator(OffsetManager as never)
  const asked: string[] = []
  const answers = [...refusals]
  const broker = (name: string) => ({
    isConnected: () => true,
    offsetCommit: async () => {
      asked.push(name)
      const type = answers.shift()
      if (type) throw Object.assign(new Error(type), { type })
    },
  })
  const cluster = {
    refreshMetadata: async () => undefined,
    committedOffsets: () => ({ t: {} }),
    findGroupCoordinator: async ({ groupId }: { groupId: string }) => broker(`new of ${groupId}`),
  }
  const manager = new OffsetManager({
    cluster,
    coordinator: broker('old'),
    memberAssignment: {},
    groupId: 'g',
    generationId: 1,
    memberId: 'm',
    instrumentationEmitter: { emit: () => undefined },
  })
  const topics = [{ topic: 't', partitions: [{ partition: 0, offset: '7' }] }]
  return { asked, commit: () => manager.commitOffsets({ topics }) }
}

test('a commit goes where the coordinator has moved to, and so do those after it', async () => {
  const { asked, commit } = member(['NOT_COORDINATOR_FOR_GROUP', null, null])
  await commit()
  await commit()
  expect(asked).toEqual(['old', 'new of g', 'new of g'])
})

test('what the new coordinator refuses too is refused', async () => {
  const { asked, commit } = member(['NOT_COORDINATOR_FOR_GROUP', 'ILLEGAL_GENERATION'])
  await expect(commit()).rejects.toThrow('ILLEGAL_GENERATION')
  expect(asked).toEqual(['old', 'new of g'])
})

test('any other refusal is passed on at once', async () => {
  const { asked, commit } = member(['REBALANCE_IN_PROGRESS'])
  await expect(commit()).rejects.toThrow('REBALANCE_IN_PROGRESS')
  expect(asked).toEqual(['old'])
})
