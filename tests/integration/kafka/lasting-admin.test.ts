import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterEach, expect, inject, test } from 'vitest'
import { readConfig } from '../../../platform/config.ts'
import { askingClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { LastingAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { topicNames } from '../../../schemas/topics.ts'

/** A way to the broker that is open or not; nothing else listens there meanwhile. */
class Way {
  private server: Server | undefined
  port = 0

  async open(): Promise<void> {
    const [host, port] = inject('kafkaBrokers').split(':')
    const server = createServer(near => {
      const far = connect(Number(port), host)
      near.on('error', () => far.destroy()).pipe(far)
      far.on('error', () => near.destroy()).pipe(near)
    })
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    this.port = (server.address() as AddressInfo).port
    this.server = server
  }

  async close(): Promise<void> {
    const { server } = this
    this.server = undefined
    if (!server?.listening) return
    server.close()
    await once(server, 'close')
  }
}

const way = new Way()
/** Through the way, once each question. */
const kafka = () =>
  askingClient(readConfig(kafkaSettings, { KAFKA_BROKERS: `127.0.0.1:${way.port}` }), 'test')
let admin: LastingAdmin
afterEach(async () => {
  await admin.disconnect()
  await way.close()
})

test('an admin that could not connect asks through a new client as soon as there is a broker', async () => {
  await way.open()
  await way.close()
  admin = new LastingAdmin(kafka(), 0)
  const refused = /ECONNREFUSED/
  for (let i = 0; i < 2; i++)
    await expect(admin.fetchTopicOffsets(topicNames.assets)).rejects.toThrow(refused)
  await way.open()
  expect(await admin.fetchTopicOffsets(topicNames.assets)).not.toHaveLength(0)
})

test('it goes on asking while it may, though its client has tried often enough', async () => {
  await way.open()
  await way.close()
  admin = new LastingAdmin(kafka())
  const asked = admin.fetchTopicOffsets(topicNames.assets)
  // Its client has given up for good by then.
  const probe = new LastingAdmin(kafka(), 0)
  await expect(probe.connect()).rejects.toThrow(/ECONNREFUSED/)
  await way.open()
  expect(await asked).not.toHaveLength(0)
})
