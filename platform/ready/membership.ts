import type { Consumer } from 'kafkajs'
import { messageOf } from '../errors.ts'
import type { Check } from './readiness.ts'

/** Why a consumer is not in its group, or null: what kafkajs says of it, as it says it. */
export function membership(consumer: Pick<Consumer, 'on' | 'events'>): Check {
  const { events } = consumer
  let reason: string | null = 'not a member yet'
  consumer.on(events.GROUP_JOIN, () => {
    reason = null
  })
  consumer.on(events.REBALANCING, () => {
    reason = 'not a member: the group is being rebalanced'
  })
  consumer.on(events.CRASH, ({ payload }) => {
    reason = `not a member: ${messageOf(payload.error)}`
  })
  consumer.on(events.STOP, () => {
    reason = 'not a member any more'
  })
  return () => reason
}
