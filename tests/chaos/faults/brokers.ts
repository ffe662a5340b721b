import type { Cast } from '../system/cast.ts'
import { type FaultKind, membersOf, oneByOne, type Scene, type Target } from './fault.ts'
import { freeze, thaw } from './freeze.ts'

/** One fault of brokers at a time: two of three must hold every message. */
export const quorum: readonly string[] = ['quorum']
const claims = quorum

const oneBroker = (cast: Cast) => oneByOne(cast.brokers).map(target => ({ ...target, claims }))
const twoBrokers = (cast: Cast) =>
  cast.brokers.map(spared => {
    const members = cast.brokers.filter(broker => broker !== spared)
    return { name: members.join(' and '), members, claims }
  })
const allBrokers = (cast: Cast) => [{ name: 'all brokers', members: cast.brokers, claims }]

async function kill(scene: Scene, target: Target): Promise<void> {
  await scene.untilInSync()
  await Promise.all(membersOf(scene, target).map(member => member.kill()))
}

async function stop(scene: Scene, target: Target): Promise<void> {
  await Promise.all(membersOf(scene, target).map(member => member.leave()))
}

async function start(scene: Scene, target: Target): Promise<void> {
  await Promise.all(membersOf(scene, target).map(member => member.start()))
  await scene.untilInSync()
}

async function freezeOne(scene: Scene, target: Target): Promise<void> {
  await scene.untilInSync()
  await freeze(scene, target)
}

async function thawOne(scene: Scene, target: Target): Promise<void> {
  await thaw(scene, target)
  await scene.untilInSync()
}

export const brokerFaults: readonly FaultKind[] = [
  {
    name: 'broker killed',
    weight: 3,
    seconds: [1, 15],
    restS: 10,
    targets: oneBroker,
    begin: kill,
    end: start,
  },
  {
    // Shorter than its session with the controller (6 s): it stays the leader of its partitions.
    name: 'broker frozen',
    weight: 1,
    seconds: [2, 5],
    restS: 5,
    targets: oneBroker,
    begin: freezeOne,
    end: thawOne,
  },
  {
    name: 'broker frozen until replaced',
    weight: 2,
    seconds: [8, 40],
    restS: 5,
    targets: oneBroker,
    begin: freezeOne,
    end: thawOne,
  },
  {
    name: 'two brokers killed',
    weight: 1,
    seconds: [2, 6],
    restS: 10,
    targets: twoBrokers,
    begin: kill,
    end: start,
  },
  {
    name: 'Kafka killed',
    weight: 1,
    seconds: [1, 5],
    restS: 10,
    targets: allBrokers,
    begin: kill,
    end: start,
  },
  {
    name: 'Kafka restarted',
    weight: 1,
    seconds: [1, 5],
    restS: 10,
    targets: allBrokers,
    begin: stop,
    end: start,
  },
]
