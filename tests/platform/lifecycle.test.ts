import { expect, test } from 'vitest'
import { Lifecycle, type Resource } from '../../platform/lifecycle.ts'
import { createLog } from '../../platform/log.ts'

const silent = createLog('test', 'silent')

function resource(name: string, calls: string[], over: Partial<Resource> = {}): Resource {
  return {
    name,
    start: async () => void calls.push(`start ${name}`),
    stop: async () => void calls.push(`stop ${name}`),
    ...over,
  }
}

test('resources stop in reverse order of their start, once', async () => {
  const calls: string[] = []
  const lifecycle = new Lifecycle(silent)
  await lifecycle.start([resource('a', calls), resource('b', calls)])
  await lifecycle.stop()
  await lifecycle.stop()
  expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a'])
})

test('one that cannot start is stopped, and those before it', async () => {
  const calls: string[] = []
  const lifecycle = new Lifecycle(silent)
  const broken = resource('b', calls, { start: () => Promise.reject(new Error('no')) })
  await expect(lifecycle.start([resource('a', calls), broken, resource('c', calls)])).rejects.toThrow('no')
  await lifecycle.stop()
  expect(calls).toEqual(['start a', 'stop b', 'stop a'])
})

test('one that fails to stop or never stops does not keep the others from it', async () => {
  const calls: string[] = []
  const lifecycle = new Lifecycle(silent, 20)
  await lifecycle.start([
    resource('a', calls),
    resource('b', calls, { stop: () => Promise.reject(new Error('no')) }),
    resource('c', calls, { stop: () => Promise.withResolvers<void>().promise }),
  ])
  await lifecycle.stop()
  expect(calls.at(-1)).toBe('stop a')
})
