import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { minute, window } from '../../api/cells/windows.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { RegionalProducer } from './regional-producer.ts'
import { breakOff, makeMistakes, offend, seeded } from './stream-attacks.ts'
import { StreamClient } from './stream-client.ts'

const region = '370102'
const kpi = 'parking.occupancy_pct'
const start = Math.floor(Date.now() / minute) * minute - 30 * minute
const rounds = 5
/** Of each round, at a time. */
const crowds = 20
const [clumsy, offenders, broken] = [2, 20, 10]
const mistakesEach = 35
const messages = rounds * crowds * (clumsy * mistakesEach + offenders + broken)

let producer: RegionalProducer
let api: ApiProcess

beforeAll(async () => {
  producer = await RegionalProducer.connect()
  api = await startApi({
    STREAM_TICK_MS: '50',
    STREAM_HEARTBEAT_MS: '1000',
    // A small heap is collected often: what grows then is what is kept.
    NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=1',
  })
})
afterAll(async () => {
  await api?.stop()
  await producer?.disconnect()
})

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${api.adminUrl}/metrics`)).text()
  const [, value] = new RegExp(`^citybrain_api_${name} (\\S+)$`, 'm').exec(text) ?? []
  if (value === undefined) throw new Error(`no metric ${name}`)
  return Number(value)
}

test(`${messages.toLocaleString('en')} broken messages are each answered, and nobody else notices`, async () => {
  const random = seeded(5)
  const bystander = new StreamClient(api.streamUrl)
  await bystander.hello()
  bystander.say({ type: 'subscribe', id: 'x', regions: [region], depth: 'self', kpis: [kpi] })
  await bystander.next(message => message.type === 'snapshot')

  const wrong: string[] = []
  const resident: number[] = []
  let version = 1
  for (let round = 0; round < rounds; round++) {
    for (let crowd = 0; crowd < crowds; crowd++) {
      const answers = await Promise.all([
        ...Array.from({ length: clumsy }, () => makeMistakes(api.streamUrl, mistakesEach, random)),
        ...Array.from({ length: offenders }, () => offend(api.streamUrl, random)),
        ...Array.from({ length: broken }, () => breakOff(api.streamUrl, random)),
      ])
      wrong.push(...answers.flat())
      const next = ++version
      await producer.publish(
        window({ region, record: 'parking', window_start: start, version: next, value: next % 100 }),
      )
      const { value } = await bystander.untilCell(`${kpi}|${region}`, cell => cell.version === next)
      expect(value).toBe(next % 100)
    }
    await vi.waitFor(async () => expect(await gauge('stream_clients')).toBe(1), { timeout: 30_000 })
    resident.push(await gauge('process_resident_memory_bytes'))
  }
  expect(wrong).toEqual([])
  expect(bystander.socket.readyState).toBe(bystander.socket.OPEN)
  expect(await gauge('stream_shapes')).toBe(1)
  // 64 KiB for each connection that was made would be more than a hundred times this.
  const [first = 0] = resident
  const grown = ((resident.at(-1) ?? 0) - first) / 1024 / 1024
  console.info(
    `resident after each round: ${resident.map(bytes => `${Math.round(bytes / 1024 / 1024)} MiB`)}`,
  )
  expect(grown, 'MiB more than after the first round').toBeLessThan(32)
  bystander.close()
})
