import { type FaultKind, membersOf, oneByOne } from './fault.ts'

/** Instances leave and join as they are asked to, and partitions change hands. */
export const rebalances: readonly FaultKind[] = [
  {
    name: 'instance leaves',
    weight: 2,
    seconds: [3, 25],
    restS: 5,
    targets: cast => oneByOne([...cast.instances.values()].flat()),
    begin: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.leave()))
    },
    end: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.start()))
    },
  },
  {
    name: 'third instance joins',
    weight: 2,
    seconds: [10, 30],
    restS: 5,
    targets: cast => oneByOne(cast.reserves),
    begin: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.start()))
    },
    end: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.leave()))
    },
  },
]
