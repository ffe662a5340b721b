import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ClickHouseClient } from '@clickhouse/client'
import { clickhouseClient } from '../../platform/clickhouse/clickhouse-client.ts'
import { clickhousePassword } from '../clickhouse-password.ts'
import type { Product } from './product.ts'

/** A client of the product's ClickHouse; close it when done. */
export function databaseOf(product: Product): ClickHouseClient {
  return clickhouseClient({
    clickhouseUrl: product.urls.clickhouse,
    clickhouseUser: 'default',
    clickhousePassword,
    clickhouseDatabase: 'citybrain',
  })
}

/** @throws Error with the answer's body where it is not 2xx. */
export async function fetchJson<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${text}`)
  return JSON.parse(text)
}

export function postJson<T>(url: string, body: unknown): Promise<T> {
  return fetchJson(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/**
 * Runs a command of the product against this one: `runCommand(product, 'ingest/redrive.ts', ['--again'])`. What it prints.
 * @throws Error with `stdout`, where it does not end with 0
 */
export async function runCommand(
  product: Product,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      KAFKA_BROKERS: product.urls.kafka,
      SCHEMA_REGISTRY_URL: product.urls.registry,
      CLICKHOUSE_URL: product.urls.clickhouse,
      CLICKHOUSE_PASSWORD: clickhousePassword,
      INGEST_PORT: String(product.ports.ingest),
      ...env,
    },
  })
  return stdout
}
