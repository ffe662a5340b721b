import type { Cast } from '../system/cast.ts'
import { type FaultKind, membersOf, oneByOne, type Scene, type Target } from './fault.ts'
import { freeze, thaw } from './freeze.ts'

const clickhouse = (cast: Cast) => oneByOne([cast.clickhouse])
const registry = (cast: Cast) => oneByOne([cast.registry])

async function kill(scene: Scene, target: Target): Promise<void> {
  await Promise.all(membersOf(scene, target).map(member => member.kill()))
}

async function stop(scene: Scene, target: Target): Promise<void> {
  await Promise.all(membersOf(scene, target).map(member => member.leave()))
}

async function loseData(scene: Scene, target: Target): Promise<void> {
  await kill(scene, target)
  await Promise.all(target.members.map(name => scene.emptyData(name)))
}

async function start(scene: Scene, target: Target): Promise<void> {
  await Promise.all(membersOf(scene, target).map(member => member.start()))
}

/** ClickHouse and the schema registry go away. */
export const storeFaults: readonly FaultKind[] = [
  {
    name: 'ClickHouse killed',
    weight: 1,
    seconds: [5, 60],
    restS: 15,
    targets: clickhouse,
    begin: kill,
    end: start,
  },
  {
    name: 'ClickHouse stopped',
    weight: 1,
    seconds: [5, 40],
    restS: 15,
    targets: clickhouse,
    begin: stop,
    end: start,
  },
  {
    name: 'ClickHouse frozen',
    weight: 1,
    seconds: [10, 60],
    restS: 15,
    targets: clickhouse,
    begin: freeze,
    end: thaw,
  },
  {
    // Rest: the archive reads the whole log again, and what is corrected waits for it.
    name: 'ClickHouse restored empty',
    weight: 1,
    seconds: [5, 20],
    restS: 60,
    targets: clickhouse,
    begin: loseData,
    end: start,
  },
  {
    name: 'registry killed',
    weight: 1,
    seconds: [5, 30],
    restS: 10,
    targets: registry,
    begin: kill,
    end: start,
  },
  {
    // Longer than whoever asks it waits for an answer (10 s).
    name: 'registry frozen',
    weight: 1,
    seconds: [12, 40],
    restS: 10,
    targets: registry,
    begin: freeze,
    end: thaw,
  },
]
