import { expect, test } from 'vitest'
import { cellsPerSite, scaleOf } from '../../../ingest/simulator/scale.ts'

/** Periodic readings a second, but for facilities and crews. */
function load(scale: number): number {
  const { sites, racks, lots, periodS } = scaleOf(scale)
  return (sites * cellsPerSite) / periodS.radio_pm + racks / periodS.rack + lots / periodS.parking
}

test('the default province sends 600 to 1,000 readings a second', () => {
  expect(load(1)).toBeGreaterThan(600)
  expect(load(1)).toBeLessThan(1000)
})

test('the real province loads as the load model says: 667 + 5,833 + 1,500 a second', () => {
  expect(load(160)).toBeCloseTo(667 + 5833 + 1500, -1)
})

test.each([
  [3.99, 2650],
  [4, 620],
  [15.99, 2480],
  [16, 940],
  [63.99, 3740],
  [64, 3200],
])('scale %f sends about %i a second', (scale, expected) => {
  expect(Math.abs(load(scale) / expected - 1)).toBeLessThan(0.03)
})

test.each([0, -1, Number.NaN, 1000])('scale %f is refused', scale => {
  expect(() => scaleOf(scale)).toThrow(RangeError)
})
