import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { app } from '../../api/app.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const start = Date.UTC(2026, 5, 1, 4)
const [jinan, lixia, shizhong, shinan] = ['370100', '370102', '370103', '370202'] as const

/** A report so many minutes after the start. */
const report = (
  county: string,
  asset: string,
  alarm: string,
  at: number,
  severity: string | null,
  offset: number,
) => ({
  asset_id: asset,
  county,
  event_time: sqlTime(start + at * minute),
  received_at: sqlTime(start + at * minute),
  alarm_id: alarm,
  state: severity === 'CLEARED' ? 'cleared' : 'raised',
  perceived_severity: severity,
  probable_cause: severity === 'CLEARED' ? null : `cause of ${alarm}`,
  specific_problem: null,
  kafka_partition: 0,
  kafka_offset: offset,
})

const reports = [
  report(lixia, 'a', 'power', 0, 'MAJOR', 1),
  // Worse, and still the same alarm.
  report(lixia, 'a', 'power', 5, 'CRITICAL', 2),
  report(lixia, 'a', 'door', 1, 'MINOR', 3),
  report(lixia, 'a', 'door', 2, 'CLEARED', 4),
  // Cleared, and raised again.
  report(shizhong, 'b', 'link', 0, 'WARNING', 5),
  report(shizhong, 'b', 'link', 1, 'CLEARED', 6),
  report(shizhong, 'b', 'link', 3, 'WARNING', 7),
  // The clear of another device's alarm of the same name.
  report(shizhong, 'c', 'power', 4, 'CLEARED', 8),
  report(shinan, 'd', 'power', 2, null, 9),
]

let db: TestDatabase
let api: FastifyInstance

beforeAll(async () => {
  db = await testDatabase()
  for (const _again of [1, 2]) await db.insert('readings_radio_alarm_events_store', reports)
  api = await app({ stored: { clickhouseUrl: inject('clickhouseUrl'), database: db.database } })
})
afterAll(async () => {
  await api?.close()
  await db?.drop()
})

const get = async (query: string) => (await api.inject(`/v1/alarms?${query}`)).json()

test('an alarm is active from its raise to its clear, with the severity of its last report', async () => {
  const { alarms, more } = await get('')
  expect(more).toBe(false)
  expect(alarms).toEqual([
    {
      asset_id: 'a',
      alarm_id: 'power',
      county: lixia,
      severity: 'CRITICAL',
      probable_cause: 'cause of power',
      specific_problem: null,
      since: start,
      last_report: start + 5 * minute,
    },
    expect.objectContaining({
      asset_id: 'b',
      alarm_id: 'link',
      severity: 'WARNING',
      since: start + 3 * minute,
    }),
    expect.objectContaining({ asset_id: 'd', alarm_id: 'power', severity: 'INDETERMINATE', county: shinan }),
  ])
})

test('a region counts its own and everything below it', async () => {
  const { counts } = await get(`region=${jinan}&depth=children`)
  const totals = Object.fromEntries(
    counts.map(({ region, total }: { region: string; total: number }) => [region, total]),
  )
  expect(totals).toMatchObject({ [jinan]: 2, [lixia]: 1, [shizhong]: 1, '370104': 0 })
  expect(counts[0].by_severity).toEqual({ CRITICAL: 1, MAJOR: 0, MINOR: 0, WARNING: 1, INDETERMINATE: 0 })
})

test('an alarm that is raised as CLEARED is one of no known severity, in the view and in the answer', async () => {
  const odd = { ...report('371702', 'odd', 'fan', 6, 'CLEARED', 10), state: 'raised' }
  await db.insert('readings_radio_alarm_events_store', [odd])
  const { alarms, counts } = await get('region=371702')
  expect(alarms).toMatchObject([{ asset_id: 'odd', severity: 'INDETERMINATE' }])
  expect(counts).toMatchObject([{ total: 1, by_severity: { INDETERMINATE: 1 } }])
  const seen = await db.rows(`SELECT severity FROM db.alarms_active WHERE asset_id = 'odd'`)
  expect(seen).toEqual([{ severity: 'INDETERMINATE' }])
  await db.insert('readings_radio_alarm_events_store', [
    { ...odd, state: 'cleared', event_time: sqlTime(start + 7 * minute) },
  ])
})

test('severities and a limit choose', async () => {
  const worst = await get('severity=CRITICAL&severity=MAJOR')
  expect(worst.alarms.map(({ alarm_id }: { alarm_id: string }) => alarm_id)).toEqual(['power'])
  expect(worst.counts[0].total).toBe(1)
  const first = await get('limit=1')
  expect([first.alarms.length, first.more, first.counts[0].total]).toEqual([1, true, 3])
})
