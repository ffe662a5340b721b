import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeAll, inject, test, vi } from 'vitest'
import { testKafka } from '../archive/rack-archive.ts'

const topic = `test.members.${randomUUID()}`
const patience = { timeout: 60_000, interval: 50 }
const members: Member[] = []

interface Member {
  readonly process: ChildProcess
  /** Partitions that it was given, join by join. */
  readonly assignments: readonly (readonly number[])[]
}

beforeAll(async () => {
  const admin = testKafka(inject('kafkaBrokers')).admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 4 }] })
  await admin.disconnect()
})
afterEach(async () => {
  for (const member of members.splice(0)) await kill(member)
})

function member(groupId: string, sessionMs: number): Member {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'member.ts'), groupId, topic], {
    env: {
      ...process.env,
      NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
      KAFKA_BROKERS: inject('kafkaBrokers'),
      KAFKA_SESSION_TIMEOUT_MS: String(sessionMs),
      INSTANCE_ID: 'a',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const assignments: number[][] = []
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) assignments.push(JSON.parse(line))
  })
  const started = { process: child, assignments }
  members.push(started)
  return started
}

async function kill({ process: child }: Member): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const holdsAll = ({ assignments }: Member) => assignments.at(-1)?.length === 4

test('an instance that was killed and starts again has its partitions back while its old session lives', async () => {
  const groupId = `test-${randomUUID()}`
  // Longer than this test: whoever waits for the end of the session fails.
  const sessionMs = 600_000
  const first = member(groupId, sessionMs)
  await vi.waitUntil(() => holdsAll(first), patience)
  await kill(first)
  const second = member(groupId, sessionMs)
  await vi.waitUntil(() => holdsAll(second), patience)
})

test('two that live and were given the same name share the partitions all the same', async () => {
  const groupId = `test-${randomUUID()}`
  const first = member(groupId, 10_000)
  await vi.waitUntil(() => holdsAll(first), patience)
  const second = member(groupId, 10_000)
  await vi.waitUntil(
    () => first.assignments.at(-1)?.length === 2 && second.assignments.at(-1)?.length === 2,
    patience,
  )
})
