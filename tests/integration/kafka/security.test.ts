import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import { createLog } from '../../../platform/log.ts'
import { type SecuredBroker, startSecuredBroker } from './secured-broker.ts'

const password = 'p@ss-word'
let broker: SecuredBroker

/** Gives out tokens that Kafka takes without a signature; they hold for 24 seconds, the shortest that we take. */
let given = 0
const tokens = createServer((request, response) => {
  const known = `Basic ${Buffer.from('citybrain:geheim').toString('base64')}`
  if (request.headers.authorization !== known) {
    response.writeHead(401).end()
    return
  }
  given++
  const iat = Math.floor(Date.now() / 1_000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const access_token = `${part({ alg: 'none' })}.${part({ sub: 'citybrain', iat, exp: iat + 24 })}.`
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ access_token, expires_in: 24, token_type: 'Bearer' }))
})

beforeAll(async () => {
  broker = await startSecuredBroker(password)
  await once(tokens.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  tokens.close()
  await broker?.stop()
})

function client(env: Record<string, string>, retries = 10) {
  const config = readConfig(kafkaSettings, { KAFKA_SSL: 'true', KAFKA_SSL_CA: broker.files.ca, ...env })
  return kafkaClient(config, 'citybrain-test', createLog('test', 'silent'), { retries })
}

/** Creates the topic, writes to it, and asks which log it is and how far: every kind of connection that our processes make. */
async function written(env: Record<string, string>, topic: string): Promise<string | undefined> {
  const kafka = client(env)
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
    await producer.send({ topic, acks: -1, messages: [{ value: 'v' }] })
    expect([...(await topicIds(kafka, [topic])).topics.keys()]).toEqual([topic])
    const [offsets] = await admin.fetchTopicOffsets(topic)
    return offsets?.high
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()])
  }
}

async function refused(env: Record<string, string>): Promise<string> {
  const admin = client(env, 0).admin()
  try {
    await admin.connect()
    return 'let in'
  } catch (error) {
    return String(error)
  } finally {
    await admin.disconnect()
  }
}

test('our certificate lets us in where the broker asks for one, and nobody comes in without', async () => {
  const { cert, key } = broker.files
  const env = { KAFKA_BROKERS: broker.mtls, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key }
  expect(await written(env, 'by-certificate')).toBe('1')
  expect(await refused({ KAFKA_BROKERS: broker.mtls })).not.toBe('let in')
})

test('a broker of another authority is not trusted', async () => {
  expect(await refused({ KAFKA_BROKERS: broker.mtls, KAFKA_SSL_CA: '' })).toMatch(/self-signed|certificate/)
})

test('a password lets us in over TLS, a wrong one does not', async () => {
  const env = {
    KAFKA_BROKERS: broker.sasl,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'li',
    KAFKA_SASL_PASSWORD: password,
  }
  expect(await written(env, 'by-password')).toBe('1')
  expect(await refused({ ...env, KAFKA_SASL_PASSWORD: 'x' })).toMatch(/Authentication failed/i)
})

test('tokens of a token endpoint let us in, and are renewed while we go on writing', async () => {
  const env = {
    KAFKA_BROKERS: broker.sasl,
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_SASL_OAUTH_TOKEN_URL: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
    KAFKA_SASL_OAUTH_CLIENT_ID: 'citybrain',
    KAFKA_SASL_OAUTH_CLIENT_SECRET: 'geheim',
  }
  expect(await written(env, 'by-token')).toBe('1')
  const producer = client(env).producer()
  await producer.connect()
  given = 0
  const failed: unknown[] = []
  await vi.waitFor(
    async () => {
      await producer
        .send({ topic: 'by-token', acks: -1, messages: [{ value: 'v' }] })
        .catch(error => failed.push(error))
      expect(given).toBeGreaterThanOrEqual(2)
    },
    { timeout: 120_000, interval: 250 },
  )
  expect(failed).toEqual([])
  await producer.disconnect()
  expect(await refused({ ...env, KAFKA_SASL_OAUTH_CLIENT_SECRET: 'x' })).toContain('401')
})
