import { expect, test } from 'vitest'
import { CodedError, isOfConfiguration } from '../../platform/errors.ts'
import { requireSameSizes, sizeText } from '../../platform/window-sizes.ts'

function refusal(...[stored, asked, setting]: Parameters<typeof requireSameSizes>): CodedError {
  try {
    requireSameSizes(stored, asked, setting)
  } catch (error) {
    if (error instanceof CodedError) return error
  }
  throw new Error('not refused')
}

test('sizes may be the same, or of series that have no data', () => {
  expect(() => requireSameSizes({}, { rack: 60_000 })).not.toThrow()
  expect(() => requireSameSizes({ rack: 60_000 }, { rack: 60_000, parking: 5_000 })).not.toThrow()
  expect(() => requireSameSizes({ rack: 60_000, parking: 5_000 }, { rack: 60_000 })).not.toThrow()
})

test('another size is refused with both sizes and the choices', () => {
  const error = refusal({ rack: 10_000 }, { rack: 60_000 })
  expect(error.code).toBe('windows_changed')
  expect(isOfConfiguration(error)).toBe(true)
  expect(error.message).toBe('the stored windows of rack are 10s long, WINDOWS asks for 60s')
  for (const choice of ['rack=10s', '--data-dir', 'CLICKHOUSE_DATABASE', 'Kafka', 'npm run reset']) {
    expect(error.hint).toContain(choice)
  }
})

test('every series with another size is named', () => {
  const error = refusal({ rack: 10_000, parking: 1_500 }, { rack: 5_000, parking: 2_000 }, '--windows')
  expect(error.message).toContain('rack are 10s long, --windows asks for 5s')
  expect(error.message).toContain('parking are 1500ms long, --windows asks for 2s')
})

test('sizes are written as WINDOWS takes them', () => {
  expect([1, 1_500, 60_000, 300_000].map(sizeText)).toEqual(['1ms', '1500ms', '60s', '300s'])
})
