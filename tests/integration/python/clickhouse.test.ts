import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { startClickHouse } from '../clickhouse/start-clickhouse.ts'
import { pythonWith } from './venv.ts'

// ibis imports packaging without asking for it.
const python = await pythonWith(['clickhouse-connect', 'ibis-framework[clickhouse]', 'packaging', 'pandas'])

it.skipIf(python === null).each([
  ['clickhouse-connect', 'clickhouse_check.py'],
  ['ibis', 'ibis_check.py'],
])('%s works with its defaults', async (_, file) => {
  const server = await startClickHouse()
  try {
    const script = join(import.meta.dirname, file)
    const { stdout } = await promisify(execFile)(python ?? '', [script, server.url, clickhousePassword], {
      timeout: 120_000,
    })
    expect(stdout.trim()).toBe('OK')
  } finally {
    await server.stop()
  }
})
