import { expect, it } from 'vitest'
import { auditOptions } from '../../../processors/audit/audit-options.ts'
import { recordIds } from '../../../schemas/records/record.ts'

it('audits everything of the last day by default', () => {
  expect(auditOptions([])).toEqual({
    records: recordIds,
    settleMs: 60_000,
    json: false,
    verbose: false,
    portOffset: 0,
  })
})

it('reads times as RFC 3339 and as epoch ms', () => {
  const start = Date.UTC(2026, 7, 1)
  expect(auditOptions(['--from', '2026-08-01T08:00:00+08:00', '--to', String(start + 1)])).toMatchObject({
    from: start,
    to: start + 1,
  })
})

it('reads the other options', () => {
  const args = ['--record', 'rack', '--record', 'parking', '--record', 'rack', '--settle', '2.5', '--json']
  expect(auditOptions([...args, '--verbose', '--port-offset', '2600'])).toEqual({
    records: ['rack', 'parking'],
    settleMs: 2_500,
    json: true,
    verbose: true,
    portOffset: 2_600,
  })
})

it('audits everything that is stored where asked to', () => {
  expect(auditOptions(['--all'])).toMatchObject({ from: 0 })
  expect(auditOptions(['--all', '--to', '5'])).toMatchObject({ from: 0, to: 5 })
})

it.each([
  [['--all', '--from', '1'], 'without --from'],
  [['--from', 'yesterday'], '--from: expected an RFC 3339 time'],
  [['--from', '2', '--to', '1'], 'is not before'],
  [['--record', 'racks'], '--record: expected one of'],
  [['--settle', 'soon'], '--settle: expected seconds'],
  [['--settle', '-1'], '--settle'],
  [['--quiet'], "Unknown option '--quiet'"],
])('says what is wrong with %j', (args, problem) => {
  expect(() => auditOptions(args)).toThrow(problem)
  expect(() => auditOptions(args)).toThrow(expect.objectContaining({ code: 'usage' }))
})
