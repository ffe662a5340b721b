import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePortOffset, isFree, portNames, portsAt } from '../../../deploy/local/setup/ports.ts'
import { clickhouseClient, clickhouseSettings } from '../../../platform/clickhouse/clickhouse-client.ts'
import { migrate } from '../../../platform/clickhouse/migrate.ts'
import { commandConfig } from '../../../platform/command-options.ts'
import { exitCode } from '../../../platform/errors.ts'
import { createLog } from '../../../platform/log.ts'
import { measureTable } from '../../../schemas/clickhouse/measure-tables.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { type Product, ProductEnded, type ProductOptions, startProduct } from '../../system/product.ts'

let dataDir: string
let running: Product[]

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-launcher-'))
  running = []
})

afterEach(async () => {
  for (const product of running) await product.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function launch(options: ProductOptions = {}): Promise<Product> {
  const product = await startProduct({ dataDir, script: 'tests/integration/deploy/launcher.ts', ...options })
  running.push(product)
  return product
}

async function ended(options: ProductOptions): Promise<ProductEnded> {
  const error = await launch(options).catch((reason: unknown) => reason)
  if (!(error instanceof ProductEnded)) throw new Error('it started')
  expect(error.code).not.toBe(0)
  return error
}

async function refused(options: ProductOptions): Promise<string> {
  return (await ended(options)).output
}

/** Waits until nothing listens on any port of an offset any more. */
async function allFree(portOffset: number): Promise<void> {
  const ports = portsAt(portOffset)
  await expect
    .poll(
      async () => (await Promise.all(portNames.map(name => isFree('127.0.0.1', ports[name])))).every(Boolean),
      {
        timeout: 40_000,
      },
    )
    .toBe(true)
}

test('everything starts in order, is announced, and Ctrl-C stops it in reverse order', async () => {
  const product = await launch({ args: ['--windows', 'rack=60s/30s'] })
  const { output } = product
  for (const part of ['kafka', 'clickhouse', 'registry', 'first']) {
    expect(output.search(new RegExp(`${part} +is ready after`))).toBeGreaterThan(0)
    expect(output.search(new RegExp(`${part} +is ready after`))).toBeLessThan(
      output.search(/second +starting/),
    )
  }
  expect(output).toContain(`Kafka       ${product.urls.kafka}`)
  expect(output).toContain('rack=60s/30s')
  expect(output).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}first {7}not a JSON line$/m)

  expect(await product.stop()).toBe(0)
  const stopped = ['second', 'first', 'kafka'].map(part =>
    product.output.search(new RegExp(`${part} +has stopped`)),
  )
  expect(stopped).toEqual([...stopped].sort((a, b) => a - b))
  expect(stopped[0]).toBeGreaterThan(0)
})

test('the first start makes the password of its ClickHouse, and the next one keeps it', async () => {
  const portOffset = await freePortOffset('127.0.0.1')
  const env = { CLICKHOUSE_PASSWORD: '' }
  const passwords: string[] = []
  for (let n = 0; n < 2; n += 1) {
    const product = await launch({ portOffset, env })
    const url = (await readFile(join(dataDir, 'clickhouse-url'), 'utf8')).trim()
    const password = (await readFile(join(dataDir, 'clickhouse-password'), 'utf8')).trim()
    passwords.push(password)
    expect(product.output).toContain(`ClickHouse  ${url}`)
    expect(url).toBe(`http://default:${password}@127.0.0.1:${product.ports.clickhouse}/`)
    for (const [path, mode] of Object.entries({
      '': 0o700,
      'clickhouse-url': 0o600,
      'clickhouse-password': 0o600,
    })) {
      expect([path, (await stat(join(dataDir, path))).mode & 0o777]).toEqual([path, mode])
    }
    // Nobody who lists the processes of the machine sees it.
    for (const pid of Object.values(product.processes())) {
      expect(
        execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }),
      ).not.toContain(password)
    }
    const { clickhousePassword, clickhouseUrl } = commandConfig(clickhouseSettings, env, portOffset)
    const asked = await fetch(`${clickhouseUrl}/?query=SELECT+1`, {
      headers: { 'x-clickhouse-key': clickhousePassword },
    })
    expect(await asked.text()).toBe('1\n')
    expect((await fetch(`${clickhouseUrl}/?query=SELECT+1`)).status).toBe(403)
    expect(await product.stop()).toBe(0)
  }
  expect(passwords[1]).toBe(passwords[0])
  expect(commandConfig(clickhouseSettings, env, portOffset).clickhousePassword).toBe('')
})

test('a crashed part is named and started again; so is the broker, with its data, and when it hangs', async () => {
  const product = await launch({ args: ['--hang-timeout', '5'] })
  const kafka = new Kafka({ brokers: [product.urls.kafka], logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  await producer.connect()
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true })
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'v' }] })

    product.kill('second', 'SIGUSR1')
    await product.printed(
      /second +crashed \(exit code 3\), starts again in 0.5 s[\s\S]*second +is ready again/,
    )
    product.kill('kafka', 'SIGKILL')
    await product.printed(/kafka +crashed \(signal SIGKILL\)[\s\S]*kafka +is ready again/)
    expect((await admin.fetchTopicOffsets('kept'))[0]?.high).toBe('1')

    const from = product.output.length
    product.kill('kafka', 'SIGSTOP')
    await product.printed(/kafka +has not answered for \d+ s and is killed[\s\S]*kafka +is ready again/, {
      from,
    })
    expect((await admin.fetchTopicOffsets('kept'))[0]?.high).toBe('1')
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()])
  }
})

test('nothing outlives a launcher that is killed, and the next start resumes on its data', async () => {
  const portOffset = await freePortOffset('127.0.0.1')
  const first = await launch({ portOffset })
  const admin = new Kafka({ brokers: [first.urls.kafka], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }], waitForLeaders: true })
  await admin.disconnect()

  first.signal('SIGKILL')
  await first.exited
  // At once, while the watchdog is still at work: the start ends what is left itself.
  const second = await launch({ portOffset })
  const again = new Kafka({ brokers: [second.urls.kafka], logLevel: logLevel.NOTHING }).admin()
  await again.connect()
  expect(await again.listTopics()).toContain('kept')
  await again.disconnect()

  second.signal('SIGKILL')
  await second.exited
  await allFree(portOffset)
})

test('a second Ctrl-C ends at once what does not stop', async () => {
  const product = await launch({ env: { DUMMY_STUBBORN: 'true' } })
  product.signal('SIGINT')
  await product.printed(/second +is being stopped/)
  // What a terminal and npm send for one key press does not count as two; what comes a second later does.
  product.signal('SIGINT')
  await new Promise(resolve => setTimeout(resolve, 1_100))
  product.signal('SIGINT')
  await product.printed('ending everything at once')
  expect(await product.exited).toBe(1)
})

test('windows keep their size with the data: another one is refused before anything starts, another lateness is not', async () => {
  const first = await launch({ args: ['--windows', 'rack=60s/30s'] })
  await first.stop()
  const changed = await ended({})
  expect(changed.code).toBe(exitCode.config)
  expect(changed.output).toMatch(
    /^the stored windows of rack are 60s long, --windows asks for 10s - .*rack=60s\/.*--data-dir.*npm run reset/,
  )
  expect(changed.output).not.toContain('starting')

  const again = await launch({ args: ['--windows', 'rack=1m/5s'] })
  expect(again.output).toContain('rack=1m/5s')
  // As an earlier version left it: no file tells the sizes, but what is stored does.
  const clickhouse = clickhouseClient({
    ...commandConfig(clickhouseSettings, {}, 0),
    clickhouseUrl: again.urls.clickhouse,
    clickhousePassword,
  })
  await migrate(clickhouse, 'citybrain', createLog('test', 'silent'))
  const window = { county: '370102', window_start: '2026-03-05 04:00:00', window_end: '2026-03-05 04:01:00' }
  await clickhouse.insert({
    table: `citybrain.${measureTable('rack').name}`,
    values: [window],
    format: 'JSONEachRow',
  })
  await clickhouse.close()
  await again.stop()
  await rm(join(dataDir, 'windows.json'))
  const stored = await ended({})
  expect(stored.code).toBe(exitCode.config)
  expect(stored.output).toContain('the stored windows of rack are 60s long, --windows asks for 10s')
  expect(stored.output).not.toMatch(/first +starting/)
})

test('two cannot run on one data directory', async () => {
  const product = await launch()
  const output = await refused({})
  expect(output).toContain(`another instance (process ${product.pid}) is running on ${dataDir}`)
  expect(output).toContain('--data-dir')
})

test('a port in use is named with its part and the way out', async () => {
  const portOffset = await freePortOffset('127.0.0.1')
  const { clickhouse } = portsAt(portOffset)
  const server = createServer().listen(clickhouse, '127.0.0.1')
  try {
    const output = await refused({ portOffset })
    expect(output.trim()).toBe(
      `port ${clickhouse} (clickhouse) is in use - stop what listens there, or move every port with \`npm start -- --port-offset 1000\``,
    )
  } finally {
    server.close()
  }
})

test('a machine without Java is told so in one sentence', async () => {
  const output = await refused({ env: { JAVA_HOME: '/nowhere' } })
  expect(output).toMatch(
    /^the local Kafka needs Java, and `\/nowhere\/bin\/java` does not run - install .*17 or newer/,
  )
})

test('a store named by the environment is used, and must be there', async () => {
  const portOffset = await freePortOffset('127.0.0.1')
  const dead = `http://127.0.0.1:${portsAt(portOffset).registry}`
  const output = await refused({ env: { SCHEMA_REGISTRY_URL: dead } })
  expect(output).toContain(`SCHEMA_REGISTRY_URL=${dead} cannot be used`)

  const owner = await launch()
  const otherDir = await mkdtemp(join(tmpdir(), 'citybrain-launcher-'))
  try {
    const guest = await launch({
      dataDir: otherDir,
      env: { KAFKA_BROKERS: owner.urls.kafka, CLICKHOUSE_URL: owner.urls.clickhouse },
    })
    expect(Object.keys(guest.processes()).sort()).toEqual(['first', 'registry', 'second'])
    expect(guest.output).toContain(`told brokers=${owner.urls.kafka}`)
    await guest.stop()
  } finally {
    await rm(otherDir, { recursive: true, force: true })
  }
})

test('when nobody reads its lines any more it stops everything, once and quietly', async () => {
  const portOffset = await freePortOffset('127.0.0.1')
  const product = await launch({ portOffset })
  product.stopReading()
  // A part that crashes is worth a line.
  product.kill('second')
  expect(await product.exited).toBe(0)
  await allFree(portOffset)
})
