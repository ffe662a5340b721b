import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { readConfig } from '../../../platform/config.ts'
import { groupSettings, groupTiming } from '../../../platform/kafka/group-membership.ts'

test('a dead member is missed after ten seconds, unless told otherwise, and a session holds five heartbeats', () => {
  expect(groupTiming(readConfig(groupSettings, {}))).toEqual({
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    rebalanceTimeout: 30_000,
  })
  expect(groupTiming(readConfig(groupSettings, { KAFKA_SESSION_TIMEOUT_MS: '6000' }))).toEqual({
    sessionTimeout: 6_000,
    heartbeatInterval: 1_200,
    rebalanceTimeout: 18_000,
  })
})

test('an instance is named after its host, which a container keeps over a restart', () => {
  expect(readConfig(groupSettings, {}).instanceId).toBe(hostname())
  expect(readConfig(groupSettings, { INSTANCE_ID: 'rollup-0' }).instanceId).toBe('rollup-0')
})
