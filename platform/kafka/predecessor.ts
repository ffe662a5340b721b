import type { Broker, Cluster } from 'kafkajs'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { GroupCoordinator } from './kafkajs-internals.ts'

/**
 * Takes members with our own client id out of a group before we join it. They are what is left of this instance's earlier
 * life: killed, it could not say goodbye, and the group would wait for it until its session ends. One that lives after
 * all, because two instances were given the same name, notices at its next heartbeat and joins again.
 * Whatever goes wrong here costs that wait and nothing else.
 */
export async function removePredecessor(
  cluster: Cluster,
  groupId: string,
  clientId: string,
  log: Log,
): Promise<void> {
  try {
    const coordinator = coordinatorOf(await cluster.findGroupCoordinator({ groupId }))
    const { groups } = await coordinator.describeGroups({ groupIds: [groupId] })
    const dead = groups.flatMap(({ members }) => members).filter(member => member.clientId === clientId)
    for (const { memberId } of dead) await coordinator.leaveGroup({ groupId, memberId })
    if (dead.length > 0) log.info({ groupId, members: dead.length }, 'took the place of an earlier process')
  } catch (error) {
    log.warn(
      { groupId, reason: messageOf(error) },
      'an earlier process may hold its place until its session ends',
    )
  }
}

/** kafkajs publishes only a part of what a broker can be asked. */
function coordinatorOf(broker: Broker): GroupCoordinator {
  if (!('leaveGroup' in broker)) throw new Error('kafkajs without leaveGroup')
  return broker as Broker & GroupCoordinator
}
