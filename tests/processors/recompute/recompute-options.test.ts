import { expect, it } from 'vitest'
import { recomputeOptions } from '../../../processors/recompute/recompute-options.ts'

const range = ['--record', 'rack', '--from', '2026-08-01T00:00:00Z', '--to', '2026-08-02T00:00:00+08:00']

it('reads a range', () => {
  expect(recomputeOptions(range)).toEqual({
    record: 'rack',
    fromMs: Date.UTC(2026, 7, 1),
    toMs: Date.UTC(2026, 7, 1, 16),
    dryRun: false,
    json: false,
    portOffset: 0,
  })
  expect(
    recomputeOptions([...range, '--dry-run', '--json', '--port-offset', '4100', '--region', '370102']),
  ).toMatchObject({ dryRun: true, json: true, portOffset: 4_100, counties: new Set(['370102']) })
})

it('takes all counties of a region', () => {
  const { counties } = recomputeOptions([...range, '--region', '370100'])
  expect(counties?.size).toBe(12)
  expect([...(counties ?? [])].every(code => code.startsWith('3701'))).toBe(true)
})

it.each([
  [[], '--record, --from, --to missing'],
  [range.slice(0, 4), '--to missing'],
  [['--record', 'racks', ...range.slice(2)], '--record: expected one of'],
  [[...range, '--from', '2026-08-03T00:00:00Z'], 'is not before'],
  [[...range, '--to', 'tomorrow'], '--to: expected an RFC 3339 time'],
  [[...range, '--region', '999999'], '--region: expected a code'],
  [[...range, '--quiet'], "Unknown option '--quiet'"],
])('says what is wrong with %j', (args, problem) => {
  expect(() => recomputeOptions(args)).toThrow(problem)
  expect(() => recomputeOptions(args)).toThrow(expect.objectContaining({ code: 'usage' }))
})
