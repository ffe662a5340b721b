import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { startClickHouse } from '../clickhouse/start-clickhouse.ts'
import { pythonWith } from './venv.ts'

const python = await pythonWith(['clickhouse-connect', 'pandas'])

it.skipIf(python === null)('clickhouse-connect works with its defaults', async () => {
  const server = await startClickHouse()
  try {
    const script = join(import.meta.dirname, 'clickhouse_check.py')
    const { stdout } = await promisify(execFile)(python ?? '', [script, server.url, clickhousePassword], {
      timeout: 120_000,
    })
    expect(stdout.trim()).toBe('OK')
  } finally {
    await server.stop()
  }
})
