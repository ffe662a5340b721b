import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import { openFirstLogs } from '../open-first-logs.ts'
import { pythonWith } from '../python/venv.ts'
import { type StartedStores, startStores } from '../started-stores.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { currentCells, readRegional } from './failover/current-cells.ts'
import { RegionalStory } from './failover/regional-story.ts'
import type { CrowdCheck, CrowdQuestion, CrowdReport } from './failover/stream-crowd.ts'
import { RegionalProducer } from './regional-producer.ts'

const clients = 1_000
const processes = 2
const patience = { timeout: 90_000, interval: 200 }
const seed = 20_261_122

const python = await pythonWith(['websockets', 'confluent-kafka[avro,schemaregistry]'])

let stores: StartedStores
let producer: RegionalProducer
let load: ReturnType<typeof tell> | undefined
const apis: ApiProcess[] = []
const children: ChildProcess[] = []

/** A broker of its own: every message of `kpi.regional` is one of this test. */
beforeAll(async () => {
  stores = await startStores(['kafka', 'registry'])
  await openFirstLogs(stores.addresses.KAFKA_BROKERS ?? '', stores.addresses.SCHEMA_REGISTRY_URL ?? '')
  producer = await RegionalProducer.connect(
    stores.addresses.KAFKA_BROKERS,
    stores.addresses.SCHEMA_REGISTRY_URL,
  )
})
afterAll(async () => {
  await load?.stop()
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(apis.map(api => api.stop()))
  await producer?.disconnect()
  await stores?.stop()
})

async function startInstance(): Promise<ApiProcess> {
  const api = await startApi({
    ...stores.addresses,
    // Values only: history is not what this is about.
    CLICKHOUSE_URL: 'http://127.0.0.1:1',
    STREAM_MAX_CLIENTS_PER_ADDRESS: String(2 * clients),
  })
  apis.push(api)
  return api
}

/** Half of the clients prefer the first server, half the second. */
class Crowd {
  private readonly members: readonly ChildProcess[]

  constructor(urls: readonly string[]) {
    this.members = Array.from({ length: processes }, () =>
      fork(
        join(import.meta.dirname, 'failover/stream-crowd.ts'),
        [urls.join(','), String(clients / processes)],
        {
          execArgv: [],
          env: { ...process.env, NODE_OPTIONS: '' },
        },
      ),
    )
    children.push(...this.members)
  }

  async report(): Promise<CrowdReport> {
    const reports = await this.ask<CrowdReport>({ ask: 'report' })
    const sum = (of: (report: CrowdReport) => number) => reports.reduce((total, each) => total + of(each), 0)
    const counts = (of: (report: CrowdReport) => Readonly<Record<string, number>>) => {
      const names = new Set(reports.flatMap(each => Object.keys(of(each))))
      return Object.fromEntries([...names].map(name => [name, sum(each => of(each)[name] ?? 0)]))
    }
    return {
      live: sum(each => each.live),
      on: counts(each => each.on),
      changed: sum(each => each.changed),
      losses: reports.flatMap(each => each.losses),
      snapshots: counts(each => each.snapshots),
      wrong: reports.flatMap(each => each.wrong),
    }
  }

  async check(expected: Extract<CrowdQuestion, { ask: 'check' }>['expected']): Promise<CrowdCheck> {
    const checks = await this.ask<CrowdCheck>({ ask: 'check', expected })
    return {
      compared: checks.reduce((total, each) => total + each.compared, 0),
      wrong: checks.flatMap(each => each.wrong),
    }
  }

  private ask<Answer>(question: CrowdQuestion): Promise<readonly Answer[]> {
    return Promise.all(
      this.members.map(async member => {
        const answer = once(member, 'message')
        member.send(question)
        return (await answer)[0] as Answer
      }),
    )
  }
}

/** Somebody else's program, which keeps every frame. */
class PythonFollower {
  private readonly child: ChildProcess
  private readonly lines: string[] = []

  constructor(interpreter: string, urls: readonly string[]) {
    const coverages = Object.fromEntries(kpis.map(({ id, minCoverage }) => [id, minCoverage]))
    const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '' } = stores.addresses
    const script = join(import.meta.dirname, '../python/follow_stream.py')
    this.child = spawn(
      interpreter,
      [script, urls.join(','), KAFKA_BROKERS, SCHEMA_REGISTRY_URL, JSON.stringify(coverages)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    children.push(this.child)
    createInterface({ input: this.child.stdout! }).on('line', line => this.lines.push(line))
  }

  said(word: string): Promise<unknown> {
    return expect.poll(() => this.lines, patience).toContain(word)
  }

  /** What it found, once it followed to this position. */
  async finish(position: number): Promise<unknown> {
    const exit = once(this.child, 'exit')
    this.child.stdin!.write(`${position}\n`)
    expect((await exit)[0]).toBe(0)
    return JSON.parse(this.lines.at(-1) ?? '')
  }
}

/** Publishes a story until it is told to stop; the position after the last message. */
function tell(story: RegionalStory): { readonly stop: () => Promise<number>; readonly told: () => number } {
  let goesOn = true
  let told = 0
  const end = (async () => {
    let position = 0
    while (goesOn) {
      const messages = story.next(20)
      position = await producer.publish(...messages)
      told += messages.length
      await setTimeout(200)
    }
    return position
  })()
  return {
    stop: () => {
      goesOn = false
      return end
    },
    told: () => told,
  }
}

test('an instance is killed under a thousand clients: all are back on the other one, nothing is missed or goes back', async () => {
  const story = new RegionalStory(seed, Date.now())
  await producer.publish(...story.beginning())
  const [first, second] = await Promise.all([startInstance(), startInstance()])
  const urls = [first.streamUrl, second.streamUrl]
  const crowd = new Crowd(urls)
  const follower = python === null ? undefined : new PythonFollower(python, urls)
  const telling = tell(story)
  load = telling
  await expect.poll(async () => (await crowd.report()).live, patience).toBe(clients)
  await follower?.said('live')
  const before = await crowd.report()
  // Half and half, but for those to whom a busy machine answered too late.
  const [onFirst = 0, onSecond = 0] = urls.map(url => before.on[url])
  expect(Math.min(onFirst, onSecond)).toBeGreaterThan(clients / 4)
  await expect.poll(async () => (await crowd.report()).changed, patience).toBe(clients)

  const killedAt = Date.now()
  await first.kill()
  await expect.poll(async () => (await crowd.report()).on, patience).toEqual({ [second.streamUrl]: clients })
  await follower?.said('back')
  const toldThen = telling.told()
  await expect.poll(telling.told, patience).toBeGreaterThan(toldThen + 400)
  const position = await telling.stop()

  const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '' } = stores.addresses
  const expected = [...currentCells(await readRegional(KAFKA_BROKERS, SCHEMA_REGISTRY_URL, position))]
  await expect.poll(async () => (await crowd.check(expected)).wrong, patience).toEqual([])
  const { compared } = await crowd.check(expected)
  const end = await crowd.report()
  const back = end.losses
    .flatMap(({ from, backAt }) => (from === first.streamUrl && backAt !== null ? [backAt - killedAt] : []))
    .filter(ms => ms > 0)
    .sort((a, b) => a - b)
  console.info(
    `${back.length} clients of the killed instance were back after ${back[Math.floor(back.length / 2)]} ms, ` +
      `the last of them after ${back.at(-1)} ms; other losses: ${end.losses.length - back.length}; snapshots ${JSON.stringify(end.snapshots)}; ${position} messages, ${compared} cells compared`,
  )
  expect(back.length).toBeGreaterThan(clients / 4)
  expect(end.wrong).toEqual([])
  // Nobody had to be told everything again.
  expect(end.snapshots).toEqual({ first: clients, since: expect.any(Number) })
  expect(end.snapshots.since).toBeGreaterThanOrEqual(back.length)

  if (!follower) return
  const found = await follower.finish(position)
  console.info(`the independent client: ${JSON.stringify(found)}`)
  expect(found).toMatchObject({ snapshots: 2, resumed: 1, reasons: [], position, wrong: [] })
}, 400_000)
