import { expect, test } from 'vitest'
import { expectedAlerts } from './expected-alerts.ts'

const windows = (...values: (number | null)[]) =>
  values.map((value, i) => ({ start: 10 * i, end: 10 * i + 10, value }))

test.each([
  ['a run above the limit is one alert', windows(1, 6, 7, 5, 1), [{ since: 10, until: 40 }]],
  ['what goes on has no end', windows(6, 7), [{ since: 0, until: null }]],
  ['a window without a value changes nothing', windows(6, null, 7, null, 5), [{ since: 0, until: 50 }]],
  ['nor does one without a value begin one', windows(null, 1, null), []],
  [
    'two runs are two',
    windows(6, 1, 6),
    [
      { since: 0, until: 20 },
      { since: 20, until: null },
    ],
  ],
])('%s', (_, values, alerts) => {
  expect(expectedAlerts(values, 5)).toEqual(alerts)
})
