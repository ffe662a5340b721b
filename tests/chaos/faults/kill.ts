import { type FaultKind, membersOf, oneByOne } from './fault.ts'

/** kill -9 of our own processes. */
export const kills: readonly FaultKind[] = [
  {
    name: 'process killed',
    weight: 6,
    seconds: [0, 0],
    restS: 2,
    targets: cast => oneByOne([...cast.instances.values()].flat()),
    begin: async (scene, target) => {
      for (const member of membersOf(scene, target)) member.crash()
    },
    // Its supervisor starts it again.
    end: async () => undefined,
  },
  {
    name: 'process killed, away',
    weight: 2,
    seconds: [2, 20],
    restS: 5,
    targets: cast => oneByOne([...cast.instances.values()].flat()),
    begin: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.kill()))
    },
    end: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.start()))
    },
  },
  {
    name: 'all instances killed',
    weight: 1,
    seconds: [1, 10],
    restS: 5,
    targets: cast => [...cast.instances].map(([kind, members]) => ({ name: `every ${kind}`, members })),
    begin: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.kill()))
    },
    end: async (scene, target) => {
      await Promise.all(membersOf(scene, target).map(member => member.start()))
    },
  },
]
