import type { Cast } from '../system/cast.ts'
import { quorum } from './brokers.ts'
import type { FaultKind, Scene, Target } from './fault.ts'

/** Nothing that was acknowledged may be only on the broker whose disk is full: its copies are elsewhere first. */
async function fill(scene: Scene, target: Target): Promise<void> {
  if (target.claims) await scene.untilInSync()
  await Promise.all(target.members.map(name => scene.fillDisk(name)))
}

async function relieve(scene: Scene, target: Target): Promise<void> {
  await Promise.all(target.members.map(name => scene.relieveDisk(name)))
  if (target.claims) await scene.untilInSync()
}

const onSmallDisks = ({ onSmallDisks, brokers }: Cast): readonly Target[] =>
  onSmallDisks.map(name => ({
    name,
    members: [name],
    ...(brokers.includes(name) ? { claims: quorum } : {}),
  }))

/** A store's disk has no byte left. A broker ends itself then, and its supervisor waits for room; ClickHouse refuses. */
export const diskFaults: readonly FaultKind[] = [
  {
    name: 'disk full',
    weight: 2,
    seconds: [10, 40],
    restS: 15,
    targets: onSmallDisks,
    begin: fill,
    end: relieve,
  },
]
