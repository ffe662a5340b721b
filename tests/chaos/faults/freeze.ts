import { type FaultKind, membersOf, oneByOne, type Scene, type Target } from './fault.ts'

export async function freeze(scene: Scene, target: Target): Promise<void> {
  for (const member of membersOf(scene, target)) member.freeze()
}

export async function thaw(scene: Scene, target: Target): Promise<void> {
  for (const member of membersOf(scene, target)) member.thaw()
}

/** SIGSTOP of our own processes: they hold their connections and partitions, and believe afterwards that no time passed. */
export const freezes: readonly FaultKind[] = [
  {
    name: 'process frozen',
    weight: 3,
    seconds: [2, 8],
    restS: 3,
    targets: cast => oneByOne([...cast.instances.values()].flat()),
    begin: freeze,
    end: thaw,
  },
  {
    // Longer than the session of a group's member (10 s): somebody else has its partitions when it wakes up. Brokers,
    // ClickHouse and the registry have kinds of their own.
    name: 'process frozen until replaced',
    weight: 3,
    seconds: [13, 40],
    restS: 3,
    targets: cast => oneByOne([...cast.instances.values()].flat()),
    begin: freeze,
    end: thaw,
  },
]
