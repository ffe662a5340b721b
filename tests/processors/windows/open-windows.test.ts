import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { PartitionAggregator, type Reading } from '../../../processors/windows/partition-aggregator.ts'
import { mostOpen } from '../../../processors/windows/window-spec.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'

const program = compileMeasures(measureSets.radio_alarm)
const county = '370102'

function aggregatorOf(sizeMs: number, latenessMs: number, outOfOrdernessMs: number): PartitionAggregator {
  const spec = { sizeMs, latenessMs }
  return new PartitionAggregator({
    record: 'radio_alarm',
    partition: 0,
    partitions: 1,
    spec,
    outOfOrdernessMs,
    program,
    start: 0,
  })
}

test('a partition never holds more windows open than lateness and disorder reach back over, and one', () => {
  const times = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 60 })
  const ms = (max: number) => fc.integer({ min: 0, max })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      ms(40_000),
      ms(5_000),
      times,
      (size, late, disorder, events) => {
        const aggregator = aggregatorOf(size, late, disorder)
        const most = mostOpen({ sizeMs: size, latenessMs: late }, disorder)
        events.forEach((event_time, offset) => {
          aggregator.add(offset, Buffer.from(`a${offset}`), {
            event_time,
            county,
            state: 'raised',
          } as Reading)
          expect(aggregator.openWindows).toBeLessThanOrEqual(most)
        })
      },
    ),
  )
})

test('and does hold that many', () => {
  const aggregator = aggregatorOf(10_000, 15_000, 1_000)
  let most = 0
  for (let second = 0; second < 60; second++) {
    const reading = { event_time: second * 1_000 + 500, county, state: 'raised' } as Reading
    aggregator.add(second, Buffer.from('a'), reading)
    most = Math.max(most, aggregator.openWindows)
  }
  expect(most).toBe(mostOpen({ sizeMs: 10_000, latenessMs: 15_000 }, 1_000))
})

test('the memory of closed windows is used again', () => {
  const aggregator = aggregatorOf(1_000, 0, 0)
  const fill = (window: number) => {
    for (let asset = 0; asset < 1_000; asset++) {
      const reading = { event_time: window * 1_000, county, state: 'raised' } as Reading
      aggregator.add(window * 1_000 + asset, Buffer.from(`a${asset}`), reading)
    }
  }
  for (let window = 0; window < 3; window++) fill(window)
  const held = aggregator.stateBytes
  expect(held).toBeGreaterThan(1_000 * 4)
  for (let window = 3; window < 100; window++) fill(window)
  expect(aggregator.stateBytes).toBe(held)
})
