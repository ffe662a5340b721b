import { expect, test } from 'vitest'
import { Metrics } from '../../platform/metrics.ts'

test('names that end in _total are those of counters', async () => {
  const metrics = new Metrics('test')
  metrics.collectProcess()
  metrics.counter('things', 'things')
  const text = await metrics.registry.metrics()
  const types = [...text.matchAll(/^# TYPE (\S+_total) (\S+)$/gm)].map(([, name, type]) => [name, type])
  expect(types.length).toBeGreaterThan(1)
  expect(types.filter(([, type]) => type !== 'counter')).toEqual([])
  expect(text).toContain('citybrain_test_nodejs_active_handles{')
})
