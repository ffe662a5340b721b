import { expect, test } from 'vitest'
import {
  defaultPorts,
  freePortOffset,
  offsetRange,
  portNames,
  portsAt,
  refusedPorts,
} from '../../../../deploy/local/setup/ports.ts'

test('the offset is added to every port', () => {
  const moved = portsAt(2000)
  for (const name of portNames) expect(moved[name]).toBe(defaultPorts[name] + 2000)
})

test('no two parts share a port', () => {
  expect(new Set(Object.values(defaultPorts)).size).toBe(portNames.length)
})

test('the offsets allowed keep every port in range', () => {
  for (const offset of [offsetRange.from, offsetRange.to]) {
    for (const port of Object.values(portsAt(offset))) {
      expect(port).toBeGreaterThanOrEqual(1024)
      expect(port).toBeLessThanOrEqual(65_535)
    }
  }
})

test('no port is one that browsers refuse, as fetch here does', async () => {
  expect(refusedPorts(portsAt(0))).toEqual([])
  expect(refusedPorts(portsAt(2_000))).toEqual([10_080])
  await expect(fetch('http://127.0.0.1:10080/')).rejects.toMatchObject({ cause: { message: 'bad port' } })
  // The first number drawn leads there.
  const draws = [(2_000 - 1_000) / (32_768 - Math.max(...Object.values(defaultPorts)) - 1_000), 0.5]
  expect(await freePortOffset('127.0.0.1', () => draws.shift() ?? 0.7)).not.toBe(2_000)
})
