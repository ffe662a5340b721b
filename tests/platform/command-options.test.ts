import { expect, it } from 'vitest'
import { clickhouseSettings } from '../../platform/clickhouse/clickhouse-client.ts'
import { commandConfig, instantOption, portOffsetOption } from '../../platform/command-options.ts'
import { kafkaSettings } from '../../platform/kafka/kafka-client.ts'

const settings = { ...kafkaSettings, ...clickhouseSettings }

it('moves the ports of the local system, and leaves what the environment names', () => {
  const env = { CLICKHOUSE_URL: 'https://ch.example:8443', KAFKA_BROKERS: '' }
  const config = commandConfig(settings, env, 4_100)
  expect(config.kafkaBrokers).toEqual(['127.0.0.1:13192'])
  expect(config.clickhouseUrl).toBe('https://ch.example:8443')
  expect(commandConfig(settings, {}, 0).clickhouseUrl).toBe('http://127.0.0.1:8123')
})

it('finds the password of a ClickHouse of this machine unless one is given', () => {
  const passwordOf = (url: string) => `of ${url}`
  expect(commandConfig(settings, {}, 100, passwordOf).clickhousePassword).toBe('of http://127.0.0.1:8223')
  const given = { CLICKHOUSE_PASSWORD: 'given' }
  expect(commandConfig(settings, given, 100, passwordOf).clickhousePassword).toBe('given')
})

it.each([
  ['2026-08-01T00:00:00Z', Date.UTC(2026, 7, 1)],
  ['2026-08-01T08:00:00.250+08:00', Date.UTC(2026, 7, 1) + 250],
  ['2028-02-29T00:00Z', Date.UTC(2028, 1, 29)],
])('takes %s', (text, ms) => {
  expect(instantOption('--from', text)).toBe(ms)
})

it.each(['2026-02-30T00:00:00Z', '2026-08-01', '2026-08-01T00:00:00', '2026-08-01T25:00:00Z', 'now', ''])(
  'refuses %j as a time, naming the option',
  text => {
    expect(() => instantOption('--from', text)).toThrow(`--from: expected an RFC 3339 time`)
  },
)

it('takes offsets that lead to ports', () => {
  expect(portOffsetOption('-1000')).toBe(-1_000)
  for (const text of ['', 'a', '1.5', '60000', '-9000']) {
    expect(() => portOffsetOption(text)).toThrow('--port-offset')
  }
})
