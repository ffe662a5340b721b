import { expect, test } from 'vitest'
import { readConfig } from '../../../platform/config.ts'
import { hostAndPort, withIpv6 } from '../../../platform/kafka/ipv6-brokers.ts'
import { kafkaSettings } from '../../../platform/kafka/kafka-client.ts'

test.each(['kafka-1:9092', '127.0.0.1:9092', '[::1]:9092', '[fe80::1%eth0]:9092', '[2001:db8::7]:9093'])(
  'KAFKA_BROKERS takes %s',
  address => {
    expect(readConfig(kafkaSettings, { KAFKA_BROKERS: address }).kafkaBrokers).toEqual([address])
  },
)

test.each(['::1:9092', '[::1]', 'kafka-1', '[kafka-1]:9092', 'kafka 1:9092'])('and refuses %s', address => {
  expect(() => readConfig(kafkaSettings, { KAFKA_BROKERS: address })).toThrow('KAFKA_BROKERS')
})

test('an address has a host and a port', () => {
  expect(hostAndPort('[::1]:9092')).toEqual({ host: '::1', port: 9092 })
  expect(hostAndPort('kafka-1:19092')).toEqual({ host: 'kafka-1', port: 19092 })
})

test('the brokers that are given take turns; one that the cluster names is asked for as it is named', async () => {
  const asked: unknown[] = []
  const builder = withIpv6(() => ({ build: async where => void asked.push(where) }))({
    brokers: ['[::1]:1', 'b:2'],
  })
  for (let i = 0; i < 3; i++) await builder.build()
  await builder.build({ host: '::2', port: 9 })
  expect(asked).toEqual([
    { host: '::1', port: 1 },
    { host: 'b', port: 2 },
    { host: '::1', port: 1 },
    { host: '::2', port: 9 },
  ])
})
