import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'
import { alertingGroup } from '../../../processors/alerting/run/alerting-runner.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import type { Status } from '../../../schemas/protocol/stream.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { RegionalProducer } from '../api/regional-producer.ts'
import { openFirstLogs } from '../open-first-logs.ts'
import { type StartedStores, startStores } from '../started-stores.ts'
import { type AlertingProcess, startAlerting } from './alerting-process.ts'
import { Hook, secret } from './hook.ts'
import { alertmanagerProgram, type RealAlertmanager, startAlertmanager } from './real-alertmanager.ts'

const patience = { timeout: 60_000, interval: 50 }
const minute = 60_000
/** Start of window 0: recent, so that Alertmanager takes the times for what they are. */
const t0 = Math.floor(Date.now() / minute) * minute - 40 * minute
const [shinan, shibei, huangdao, laoshan, licang] = ['370202', '370203', '370211', '370212', '370213']
const program = await alertmanagerProgram()
const hook = new Hook()
const processes = new Map<string, AlertingProcess>()
/** Every value of every alert, as anybody reads them. */
const told: Alert[] = []
let stores: StartedStores
let folder: string
let kafka: Kafka
let producer: RegionalProducer
let follower: TopicFollower
let manager: RealAlertmanager | undefined

const rules = (threshold: number) => `
groups:
  - name: test
    rules:
      - alert: InletHot
        kpi: datacenter.inlet_max_c
        level: county
        expr: "> ${threshold}"
        for: 2w
        severity: major
        annotations: {summary_zh: "{{ region }} {{ value }}", summary_en: "{{ region }} {{ value }}"}
`

beforeAll(async () => {
  stores = await startStores(['kafka', 'registry'])
  await openFirstLogs(stores.addresses.KAFKA_BROKERS ?? '', stores.addresses.SCHEMA_REGISTRY_URL ?? '')
  folder = await mkdtemp(join(tmpdir(), 'citybrain-rules-'))
  await writeFile(join(folder, 'rules.yaml'), rules(27))
  await hook.open()
  if (program) manager = await startAlertmanager(program)
  producer = await RegionalProducer.connect(
    stores.addresses.KAFKA_BROKERS,
    stores.addresses.SCHEMA_REGISTRY_URL,
  )
  kafka = new Kafka({ brokers: [stores.addresses.KAFKA_BROKERS ?? ''], logLevel: logLevel.NOTHING })
  const registry = new SchemaRegistry(stores.addresses.SCHEMA_REGISTRY_URL ?? '')
  const reader = new AvroReader<Alert>(registry, topicNames.alerts)
  follower = new TopicFollower({
    kafka,
    topic: topicNames.alerts,
    follower: 'test',
    from: 'beginning',
    log: createLog('test', 'silent'),
    onMessages: async messages => {
      await reader.prepare(messages)
      for (const { value } of messages) if (value) told.push(reader.decode(value))
    },
  })
  await follower.start()
})
afterAll(async () => {
  for (const process of processes.values()) await process.kill()
  await follower?.stop()
  await producer?.disconnect()
  await manager?.stop()
  await hook.close()
  await stores?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

async function start(instance: string): Promise<AlertingProcess> {
  const process = await startAlerting({
    KAFKA_BROKERS: stores.addresses.KAFKA_BROKERS ?? '',
    SCHEMA_REGISTRY_URL: stores.addresses.SCHEMA_REGISTRY_URL ?? '',
    INSTANCE_ID: instance,
    KAFKA_SESSION_TIMEOUT_MS: '6000',
    ALERT_RULES: folder,
    ALERT_STATE_EVERY_MS: '300',
    ALERT_GROUP_WAIT_MS: '200',
    ALERT_WEBHOOKS: hook.url,
    ALERT_WEBHOOK_SECRET: secret,
    ...(manager ? { ALERTMANAGER_URL: manager.url } : {}),
  })
  processes.set(instance, process)
  await process.says('ready')
  return process
}

async function say(
  region: string,
  windows: Readonly<Record<number, number>>,
  status: Status = 'final',
): Promise<void> {
  const revision = status === 'corrected' ? 2 : 1
  await producer.publish(
    ...Object.entries(windows).map(([window, value]) => ({
      region,
      record: 'rack' as const,
      window_start: t0 + Number(window) * minute,
      window_end: t0 + (Number(window) + 1) * minute,
      status,
      revision,
      version: 10 * Number(window) + revision,
      coverage: 1,
      readings: 1,
      event_time_max: null,
      kpis: [{ kpi: 'datacenter.inlet_max_c', value }],
    })),
  )
}

/** Does what people do, as the api would write it. */
async function command(...commands: readonly AlertCommand[]): Promise<void> {
  const registry = new SchemaRegistry(stores.addresses.SCHEMA_REGISTRY_URL ?? '')
  const { encode } = await avroWriter<AlertCommand>(registry, topicNames.alertCommands)
  const sender = kafka.producer()
  await sender.connect()
  for (const one of commands) {
    await sender.send({
      topic: topicNames.alertCommands,
      messages: [{ key: one.alert_id, value: encode(one) }],
    })
  }
  await sender.disconnect()
}

/** Alerts of a region as they stand: of two values the one with the greater version. */
function alertsOf(region: string): readonly Alert[] {
  const standing = new Map<string, Alert>()
  for (const alert of told) {
    const held = standing.get(alert.alert_id)
    if (alert.region === region && (!held || alert.version > held.version))
      standing.set(alert.alert_id, alert)
  }
  return [...standing.values()]
}

const states = (region: string) => alertsOf(region).map(({ state }) => state)
const deeds = (region: string) => alertsOf(region).map(({ history }) => history.map(({ what }) => what))
const managed = async (region: string) =>
  (await manager?.active())?.filter(({ labels }) => labels.region === region)

test('one alert, one notice and one in Alertmanager, whoever is killed in the middle; and one end', async () => {
  const first = await start('a')
  await first.says('alerting goes on')
  await say(shinan, { 0: 25, 1: 31, 2: 32 })
  await vi.waitFor(() => expect(hook.notices(shinan)).toEqual(['fired']), patience)
  expect(states(shinan)).toEqual(['firing'])
  if (manager) {
    await vi.waitFor(async () => expect(await managed(shinan)).toHaveLength(1), patience)
    const [alert] = (await managed(shinan)) ?? []
    expect(alert?.labels).toMatchObject({ alertname: 'InletHot', region: shinan, severity: 'major' })
    expect(alert?.generatorURL).toContain(encodeURIComponent(alertsOf(shinan)[0]?.alert_id ?? ''))
  }

  await first.kill()
  await say(shinan, { 3: 33 })
  const second = await start('a')
  await vi.waitFor(() => expect(alertsOf(shinan)[0]?.value).toBe(33), patience)
  // Another instance takes its place, or shares with it: only one of them has the partition.
  await start('b')
  await say(shinan, { 4: 34 })
  await vi.waitFor(() => expect(alertsOf(shinan)[0]?.value).toBe(34), patience)
  await second.kill()
  await say(shinan, { 5: 20 })
  await vi.waitFor(() => expect(hook.notices(shinan)).toEqual(['fired', 'resolved']), patience)
  if (manager) await vi.waitFor(async () => expect(await managed(shinan)).toEqual([]), patience)
  expect(deeds(shinan)).toEqual([['pending', 'fired', 'resolved']])
  expect(hook.forged).toBe(0)
})

test('a late batch retracts, and who was told that it fired is told that', async () => {
  await say(shinan, { 2: 22 }, 'corrected')
  await say(shinan, { 3: 22, 4: 22 }, 'corrected')
  await vi.waitFor(() => expect(states(shinan)).toEqual(['retracted']), patience)
  await vi.waitFor(() => expect(hook.notices(shinan)).toEqual(['fired', 'resolved', 'retracted']), patience)
})

test('a receiver that was away hears everything once it is back, in order and once', async () => {
  await hook.close()
  await say(shibei, { 0: 31, 1: 31 })
  await vi.waitFor(() => expect(states(shibei)).toEqual(['firing']), patience)
  if (manager) await vi.waitFor(async () => expect(await managed(shibei)).toHaveLength(1), patience)
  await say(shibei, { 2: 20 })
  await vi.waitFor(() => expect(states(shibei)).toEqual(['resolved']), patience)
  if (manager) await vi.waitFor(async () => expect(await managed(shibei)).toEqual([]), patience)
  await hook.open()
  await vi.waitFor(() => expect(hook.notices(shibei)).toEqual(['fired', 'resolved']), patience)
  const keys = hook.calls.filter(({ alert }) => alert.region === shibei).map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

/** Resolves when Kafka has taken its session from it: the group has no member. */
async function sleepBeyondSession(owner: AlertingProcess): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  owner.sleep()
  await vi.waitFor(async () => {
    const { groups } = await admin.describeGroups([alertingGroup])
    expect(groups[0]?.members).toEqual([])
  }, patience)
  await admin.disconnect()
}

/** What is said of a county whose racks are hot from minute 1 to 3: the same whatever becomes of who says it. */
const hotFor3 = { 0: 25, 1: 31, 2: 32, 3: 33, 4: 20 }
/** Alerts of a county without what differs from county to county. */
const contents = (region: string) =>
  alertsOf(region).map(
    ({ alert_id, region: _, labels, annotations, version, cell_version, ...alert }) => alert,
  )

test('a session that is lost while nobody else takes over costs nothing: what is known is kept', async () => {
  const owner = processes.get('b')!
  await say(huangdao, hotFor3)
  await vi.waitFor(() => expect(states(huangdao)).toEqual(['resolved']), patience)
  const before = await owner.assignments()
  await say(laoshan, { 0: 25, 1: 31 })
  await vi.waitFor(() => expect(states(laoshan)).toEqual(['pending']), patience)
  await sleepBeyondSession(owner)
  await say(laoshan, { 2: 32, 3: 33 })
  owner.wake()
  await vi.waitFor(() => expect(alertsOf(laoshan)[0]?.value).toBe(33), patience)
  await vi.waitFor(() => expect(hook.notices(laoshan)).toEqual(['fired']), patience)
  await say(laoshan, { 4: 20 })
  await vi.waitFor(() => expect(states(laoshan)).toEqual(['resolved']), patience)
  expect(contents(laoshan)).toEqual(contents(huangdao))
  await vi.waitFor(() => expect(hook.notices(laoshan)).toEqual(['fired', 'resolved']), patience)
  const after = await owner.assignments()
  expect(after.restored).toBe(before.restored)
  expect(after.kept).toBeGreaterThan(before.kept ?? 0)
})

test('where another instance took over meanwhile and handed back, what is known is read again', async () => {
  const owner = processes.get('b')!
  const before = await owner.assignments()
  await say(licang, { 0: 25, 1: 31 })
  await vi.waitFor(() => expect(states(licang)).toEqual(['pending']), patience)
  await sleepBeyondSession(owner)
  const other = await start('c')
  await say(licang, { 2: 32, 3: 33 })
  await vi.waitFor(() => expect(alertsOf(licang)[0]?.value).toBe(33), patience)
  await vi.waitFor(() => expect(hook.notices(licang)).toEqual(['fired']), patience)
  expect(await other.stop()).toBe(0)
  owner.wake()
  await say(licang, { 4: 20 })
  await vi.waitFor(() => expect(states(licang)).toEqual(['resolved']), patience)
  expect(contents(licang)).toEqual(contents(huangdao))
  await vi.waitFor(() => expect(hook.notices(licang)).toEqual(['fired', 'resolved']), patience)
  expect((await owner.assignments()).restored).toBeGreaterThan(before.restored ?? 0)
})

test('older state that a process which slept writes over newer is written again', async () => {
  const registry = new SchemaRegistry(stores.addresses.SCHEMA_REGISTRY_URL ?? '')
  const topic = topicNames.alertState
  const key = `InletHot|${shinan}`
  const reader = new AvroReader<{ readonly through: number }>(registry, topic, ['through'])
  const values: Buffer[] = []
  const states = new TopicFollower({
    kafka,
    topic,
    follower: 'test-state',
    from: 'beginning',
    log: createLog('test', 'silent'),
    onMessages: messages => {
      for (const message of messages)
        if (message.key?.toString() === key && message.value) values.push(message.value)
    },
  })
  await states.start()
  await vi.waitFor(() => expect(values.length).toBeGreaterThan(1), patience)
  const [oldest, newest] = [values[0], values.at(-1)]
  if (!oldest || !newest) throw new Error('no state was written')
  await reader.prepare([{ value: oldest }, { value: newest }])
  const before = values.length
  const sleeper = kafka.producer()
  await sleeper.connect()
  await sleeper.send({ topic, messages: [{ key, value: oldest }] })
  await sleeper.disconnect()
  await vi.waitFor(() => expect(values.slice(before)).toContainEqual(oldest), patience)
  await say(shibei, { 6: 20 })
  await vi.waitFor(() => {
    const last = reader.decode(values.at(-1) ?? oldest)
    expect(last.through).toBeGreaterThanOrEqual(reader.decode(newest).through)
  }, patience)
  await states.stop()
})

test('rules that are changed are run without a restart, and a file with a mistake changes nothing', async () => {
  const running = processes.get('b')
  await say(shibei, { 10: 26, 11: 26 })
  await writeFile(join(folder, 'rules.yaml'), rules(27).replace('severity: major', 'severity: dreadful'))
  await running?.says('rules not taken, those of before go on')
  await say(shibei, { 12: 31, 13: 31 })
  await vi.waitFor(() => expect(states(shibei)).toEqual(['resolved', 'firing']), patience)
  await writeFile(join(folder, 'rules.yaml'), rules(40))
  await vi.waitFor(() => expect(states(shibei)).toEqual(['resolved', 'resolved']), patience)
  expect(alertsOf(shibei)[1]?.history.at(-1)?.note).toBe('the rule changed')
})

test('what people say for hours, and a silence that cannot be applied, stop nobody: not now, not at a restart', async () => {
  const [pingdu, laixi] = ['370283', '370285']
  for (const process of processes.values()) await process.kill()
  const running = await start('said')
  // Above the threshold of whatever rules the test before left.
  await say(pingdu, { 14: 45, 15: 45 })
  await vi.waitFor(() => expect(states(pingdu)).toEqual(['firing']), patience)
  const [{ alert_id } = { alert_id: '' }] = alertsOf(pingdu)
  /** Nothing makes it smaller: with 250 of them whole, a message would be larger than brokers take by default. */
  const words = () =>
    String.fromCharCode(...Array.from({ length: 2_000 }, () => 0x4e00 + Math.random() * 20_000))
  const nothing = { alert_id: null, note: null, assigned_to: null, due_at: null, silence: null }
  const said = Array.from({ length: 350 }, (_, n): AlertCommand => {
    const who = { at: t0 + n, by: 'li.wei', action: 'comment' } as const
    return { ...nothing, ...who, command_id: `said-${n}`, alert_id, note: words() }
  })
  const dear = { label: 'region', op: '=~', value: '(?:(?:(?:(?:){1000}){1000}){1000}){1000}' } as const
  const times = { starts_at: t0, ends_at: Date.now() + 60 * minute, created_at: t0 }
  const who = { reason: 'test', created_by: 'li.wei', cancelled_by: null, cancelled_at: null }
  const silence: Silence = {
    silence_id: 'dear',
    kind: 'silence',
    regions: [pingdu],
    matchers: [dear],
    ...times,
    ...who,
  }
  const asked = { at: t0, by: 'li.wei', action: 'silence', command_id: 'dear', silence } as const
  await command({ ...nothing, ...asked }, ...said)

  const whole = (alert: Alert | undefined) =>
    alert?.history.filter(({ note }) => note?.length === 2_000) ?? []
  const comments = () => deeds(pingdu)[0]?.filter(what => what === 'commented')
  await vi.waitFor(() => expect(comments()).toHaveLength(350), patience)
  const [alert] = alertsOf(pingdu)
  expect(whole(alert).map(({ note }) => note)).toEqual(
    said.slice(-whole(alert).length).map(({ note }) => note),
  )
  expect(whole(alert).length).toBeGreaterThan(10)

  await running.says('a silence is not applied')
  await running.kill()
  const again = await start('said')
  await again.says('a silence is not applied')
  await say(pingdu, { 16: 46 })
  await say(laixi, { 15: 45, 16: 45 })
  await vi.waitFor(() => expect(states(laixi)).toEqual(['firing']), patience)
  await vi.waitFor(() => expect(alertsOf(pingdu)[0]?.value).toBe(46), patience)
  expect(alertsOf(pingdu)[0]).toMatchObject({ silenced_by: [], state: 'firing' })
  // The commands were read again from the beginning by then, or are being read: none is applied twice.
  await command({ ...nothing, at: t0, by: 'li.wei', action: 'ack', command_id: 'last', alert_id })
  await vi.waitFor(() => expect(deeds(pingdu)[0]?.at(-1)).toBe('acknowledged'), patience)
  expect(comments()).toHaveLength(350)
})
