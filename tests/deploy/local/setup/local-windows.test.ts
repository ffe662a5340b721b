import { expect, test } from 'vitest'
import { longestOpenMs, mergeWindows, windowSizes } from '../../../../deploy/local/setup/local-windows.ts'

const defaults =
  'radio_pm=10s/5s,radio_alarm=10s/5s,rack=10s/5s,facility=10s/5s,grid_inspection=10s/5s,grid_defect=10s/5s,parking=10s/5s'

test('without a list every record has its local default', () => {
  expect(mergeWindows()).toBe(defaults)
  expect(mergeWindows('', '')).toBe(defaults)
})

test('a list changes only the records it names, and the later list wins', () => {
  expect(mergeWindows('rack=1m/30s,parking=5s/1s', 'rack=60s/45s')).toBe(
    defaults.replace('rack=10s/5s', 'rack=60s/45s').replace('parking=10s/5s', 'parking=5s/1s'),
  )
})

test('the size of a window is what stands before the lateness', () => {
  expect(windowSizes(mergeWindows('rack=1m/30s,parking=500ms/1s'))).toMatchObject({
    rack: 60_000,
    parking: 500,
    radio_pm: 10_000,
  })
})

test('a window is open for its size and its lateness; the longest counts', () => {
  expect(longestOpenMs(mergeWindows())).toBe(15_000)
  expect(longestOpenMs(mergeWindows('rack=1min/30s,parking=500ms/1s,radio_pm=5m/15m'))).toBe(1_200_000)
})
