import { hostname } from 'node:os'
import { Type } from 'typebox'
import { type Config, setting } from '../config.ts'

/** How a process takes part in consumer groups. */
export const groupSettings = {
  kafkaSessionTimeoutMs: setting({
    env: 'KAFKA_SESSION_TIMEOUT_MS',
    type: Type.Integer({ minimum: 1_000 }),
    fallback: 10_000,
    describe:
      'a member of a consumer group that says nothing for this long is taken for dead, ms; brokers take 6,000 and more by default',
  }),
  instanceId: setting({
    env: 'INSTANCE_ID',
    type: Type.String({ minLength: 1 }),
    fallback: hostname(),
    describe:
      'names this instance among those of its kind, the same after a restart: it takes the place of the one before at once',
  }),
}

export interface GroupTiming {
  readonly sessionTimeout: number
  readonly heartbeatInterval: number
  readonly rebalanceTimeout: number
}

/**
 * Times of a group member, ms, from the session timeout. Five heartbeats fit into a session, so that a pause of the
 * process or a lost request costs nothing. A rebalance waits three sessions for a member that lives, and says so, but is
 * in the middle of something.
 */
export function groupTiming({
  kafkaSessionTimeoutMs: sessionTimeout,
}: Pick<Config<typeof groupSettings>, 'kafkaSessionTimeoutMs'>): GroupTiming {
  return {
    sessionTimeout,
    heartbeatInterval: Math.floor(sessionTimeout / 5),
    rebalanceTimeout: 3 * sessionTimeout,
  }
}
