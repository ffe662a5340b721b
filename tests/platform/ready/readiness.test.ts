import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Metrics } from '../../../platform/metrics.ts'
import { membership } from '../../../platform/ready/membership.ts'
import { Readiness } from '../../../platform/ready/readiness.ts'

test('ready is when every condition holds; what does not says why, and the metric says the same', async () => {
  const metrics = new Metrics('archive')
  const readiness = new Readiness(metrics)
  let silent: string | null = 'no answer for 9 s'
  readiness.require('kafka', () => null)
  readiness.require('clickhouse', () => silent)
  expect(readiness.failing()).toEqual(['clickhouse: no answer for 9 s'])
  expect(await metrics.registry.metrics()).toContain('citybrain_archive_ready{condition="clickhouse"} 0')

  silent = null
  expect(readiness.failing()).toEqual([])
  const text = await metrics.registry.metrics()
  expect(text).toContain('citybrain_archive_ready{condition="kafka"} 1')
  expect(text).toContain('citybrain_archive_ready{condition="clickhouse"} 1')
})

test('a consumer is a member from when it has joined until its group is rebalanced, crashes or is left', () => {
  const emitter = new EventEmitter()
  const events = { GROUP_JOIN: 'join', REBALANCING: 'rebalancing', CRASH: 'crash', STOP: 'stop' }
  const check = membership({ on: emitter.on.bind(emitter), events } as never)
  expect(check()).toBe('not a member yet')
  emitter.emit('join')
  expect(check()).toBeNull()
  emitter.emit('rebalancing')
  expect(check()).toContain('being rebalanced')
  emitter.emit('join')
  emitter.emit('crash', { payload: { error: new Error('the coordinator is gone') } })
  expect(check()).toBe('not a member: the coordinator is gone')
  emitter.emit('join')
  expect(check()).toBeNull()
  emitter.emit('stop')
  expect(check()).toBe('not a member any more')
})
