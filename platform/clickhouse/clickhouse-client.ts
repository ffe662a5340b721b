import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { type Config, setting } from '../config.ts'

export const clickhouseSettings = {
  clickhouseUrl: setting({
    env: 'CLICKHOUSE_URL',
    type: Type.String({ pattern: '^https?://' }),
    fallback: 'http://127.0.0.1:8123',
    describe: 'HTTP endpoint of ClickHouse',
  }),
  clickhouseUser: setting({
    env: 'CLICKHOUSE_USER',
    type: Type.String(),
    fallback: 'default',
    describe: 'ClickHouse user',
  }),
  clickhousePassword: setting({
    env: 'CLICKHOUSE_PASSWORD',
    type: Type.String(),
    fallback: '',
    describe: 'ClickHouse password',
    secret: true,
  }),
  clickhouseDatabase: setting({
    env: 'CLICKHOUSE_DATABASE',
    type: Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' }),
    fallback: 'citybrain',
    describe: 'database of the tables and views',
  }),
}

/** A client bound to no database: every statement of ours names it, so that migrations can create it. */
export function clickhouseClient(config: Config<typeof clickhouseSettings>): ClickHouseClient {
  return createClient({
    url: config.clickhouseUrl,
    username: config.clickhouseUser,
    password: config.clickhousePassword,
    request_timeout: 120_000,
    // A process that was busy, or asleep, may find that ClickHouse has closed a connection meanwhile.
    keep_alive: { enabled: true, eagerly_destroy_stale_sockets: true },
    // Its lines are not in our format, and what goes wrong is thrown at the caller anyway.
    log: { level: ClickHouseLogLevel.OFF },
  })
}
