import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { hs256, secret } from '../../api/access/tokens/tokens.ts'
import { alert, entry, silence } from '../../api/alerts/alerts.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'
import { AlertingProducer } from './alerting-producer.ts'
import { type ApiProcess, startApi } from './api-process.ts'

/** Other tests of this stack say alerts too. */
const run = randomUUID().slice(0, 8)
const now = Date.now()
const hour = 3_600_000
const patience = { timeout: 60_000, interval: 100 }

let db: TestDatabase
let alerting: AlertingProducer
let api: ApiProcess
let commands: TopicFollower
const commanded: AlertCommand[] = []

const own = (id: string) => `${id}:${run}`
const headers = {
  authorization: `Bearer ${hs256({
    sub: 'li',
    exp: Math.floor(now / 1000) + 3_600,
    regions: ['370100'],
    roles: ['operator'],
  })}`,
  'content-type': 'application/json',
}
const get = async (path: string) => {
  const answer = await fetch(`${api.url}${path}`, { headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** As archive would store it. */
function stored(known: Alert): object {
  const times = (value: object) =>
    Object.fromEntries(
      Object.entries(value).map(([name, each]) =>
        typeof each === 'number' && /^at$|_at$|_since$|^window_/.test(name)
          ? [name, sqlTime(each)]
          : [name, each],
      ),
    )
  return { ...times(known), history: known.history.map(times) }
}

beforeAll(async () => {
  db = await testDatabase()
  alerting = await AlertingProducer.connect()
  await alerting.alert(alert({ alert_id: own('before'), updated_at: now }))
  await alerting.silence(silence({ silence_id: own('s'), starts_at: now - hour, ends_at: now + hour }))
  await alerting.rule({
    name: own('rule'),
    group: 'g',
    file: 'f',
    rule: '{"name":"x"}',
    loaded_at: now,
    error: null,
  })
  api = await startApi({
    CLICKHOUSE_DATABASE: db.database,
    AUTH_JWT_SECRET: secret,
    AUTH_ANONYMOUS: 'off',
  })
  const reader = new AvroReader<AlertCommand>(
    new SchemaRegistry(inject('registryUrl')),
    topicNames.alertCommands,
  )
  commands = new TopicFollower({
    kafka: testKafka(inject('kafkaBrokers')),
    topic: topicNames.alertCommands,
    follower: 'test',
    from: 'beginning',
    log: createLog('test', 'silent'),
    onMessages: async messages => {
      await reader.prepare(messages)
      for (const { value } of messages) if (value) commanded.push(reader.decode(value))
    },
  })
  await commands.start()
})

afterAll(async () => {
  await commands?.stop()
  await api?.stop()
  await alerting?.disconnect()
  await db?.drop()
})

test('it serves once it has read what was said before: alerts, silences and rules', async () => {
  expect(await get(`/v1/alerts/${own('before')}`)).toMatchObject({
    status: 200,
    body: { alert: { state: 'firing', history: [{ what: 'fired', revision: 1 }] } },
  })
  const { body: silences } = await get('/v1/silences?region=370100')
  expect(silences.silences).toEqual(
    expect.arrayContaining([expect.objectContaining({ silence_id: own('s') })]),
  )
  const { body: rules } = await get('/v1/rules')
  expect(rules.rules).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: own('rule'), rule: { name: 'x' } })]),
  )
})

test('an acknowledgement is a command in Kafka before it is answered', async () => {
  const id = own('before')
  const answer = await fetch(`${api.url}/v1/alerts/${id}/ack`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': run },
    body: JSON.stringify({ note: '已派人' }),
  })
  expect(answer.status).toBe(202)
  const { command_id } = (await answer.json()) as { command_id: string }
  await vi.waitFor(() => expect(commanded.map(one => one.command_id)).toContain(command_id), patience)
  expect(commanded.find(one => one.command_id === command_id)).toMatchObject({
    action: 'ack',
    alert_id: id,
    by: 'li',
    note: '已派人',
  })
  await alerting.alert(alert({ alert_id: id, version: 2, acknowledged_by: 'li', updated_at: now }))
  await vi.waitFor(async () => {
    expect(await get(`/v1/alerts/${id}`)).toMatchObject({ body: { alert: { acknowledged_by: 'li' } } })
  }, patience)
})

test('what the log does not keep any more is told as it is stored', async () => {
  const id = own('stored')
  const over = { state: 'resolved', resolved_at: now - hour, updated_at: now - hour } as const
  const known = alert({
    alert_id: id,
    version: 3,
    ...over,
    history: [entry(), entry({ what: 'commented', by: 'wang' })],
  })
  await db.insert('alerts_store', [stored(known)])
  await alerting.alert(known)
  await alerting.forget(id)
  await vi.waitFor(async () => {
    const { body } = await get('/v1/alerts?region=370100&state=resolved')
    expect(body.alerts).toEqual(
      expect.arrayContaining([expect.objectContaining({ alert_id: id, version: 3 })]),
    )
  }, patience)
  const { body } = await get(`/v1/alerts/${id}`)
  expect(body.alert).toEqual(known)
  expect(await get(`/v1/alerts/${own('none')}`)).toMatchObject({
    status: 404,
    body: { code: 'alert_not_found' },
  })
})

test('of a past minute it tells what went on, as known then and as known now', async () => {
  const at = now - 10 * hour
  const fired = {
    active_since: at - 120_000,
    fired_at: at - 60_000,
    window_start: at - 120_000,
    window_end: at - 60_000,
  }
  const early = entry({ at: at - 30_000, window_start: at - 120_000 })
  const told = { region: '370103', ...fired }
  const retracted = alert({
    ...told,
    alert_id: own('retracted'),
    state: 'retracted',
    retracted_at: at + hour,
    updated_at: at + hour,
    history: [early, entry({ at: at + hour, what: 'retracted', revision: 2 })],
  })
  const late = alert({
    ...told,
    alert_id: own('late'),
    kpi: 'parking.free_spaces',
    raised_late: true,
    updated_at: at + hour,
    history: [entry({ at: at + hour, what: 'raised_late', revision: 2 })],
  })
  await db.insert('alerts_store', [stored(retracted)])
  await alerting.alert(late)
  await db.insert('kpi_revisions_windows_store', [
    {
      kpi: 'parking.occupancy_pct',
      region: '370103',
      level: 'county',
      record: 'parking',
      window_start: sqlTime(at - 180_000),
      window_end: sqlTime(at - 120_000),
      status: 'final',
      revision: 1,
      version: 1,
      value: 98.5,
      computed_at: sqlTime(at - 60_000),
    },
  ])
  const past = async (known: string) => {
    const { status, body } = await get(`/v1/alerts/at?region=370103&time=${at}&known=${known}`)
    expect(status).toBe(200)
    return body.alerts
  }
  const one = { alert_id: own('retracted'), value: 98.5, fired_at: at - 60_000 }
  await vi.waitFor(async () => {
    expect(await past('now')).toMatchObject([
      { alert_id: own('late'), state: 'firing', raised_late: true, value: null },
      { ...one, state: 'retracted' },
    ])
  }, patience)
  expect(await past('then')).toMatchObject([{ ...one, state: 'firing', retracted_at: null }])
})

test('the hand-over counts corrected values, and knows what is stored only', async () => {
  const row = (revision: number, computed: number) => ({
    kpi: 'parking.occupancy_pct',
    region: '370102',
    level: 'county',
    record: 'parking',
    window_start: sqlTime(now - 3 * hour),
    window_end: sqlTime(now - 3 * hour + 60_000),
    status: revision === 1 ? 'final' : 'corrected',
    revision,
    version: revision,
    computed_at: sqlTime(computed),
  })
  await db.insert('kpi_revisions_windows_store', [
    row(1, now - 2 * hour),
    row(2, now - hour),
    row(3, now - hour / 2),
  ])
  const { status, body } = await get(`/v1/handover?region=370100&since=${now - 4 * hour}`)
  expect(status).toBe(200)
  expect(body.corrections).toEqual([
    {
      kpi: 'parking.occupancy_pct',
      values: 2,
      regions: 1,
      oldest_window_start: now - 3 * hour,
      last_at: now - hour / 2,
    },
  ])
  expect(body.open).toEqual(expect.arrayContaining([expect.objectContaining({ alert_id: own('before') })]))
  expect(body.silences_ending).toEqual(
    expect.arrayContaining([expect.objectContaining({ silence_id: own('s') })]),
  )
})
