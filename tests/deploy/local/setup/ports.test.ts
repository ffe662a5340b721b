import { expect, test } from 'vitest'
import { defaultPorts, offsetRange, portNames, portsAt } from '../../../../deploy/local/setup/ports.ts'

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
