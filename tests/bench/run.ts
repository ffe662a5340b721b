import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Console } from '../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../deploy/local/setup/ports.ts'
import { defaultCacheDir, stores } from '../../deploy/local/stores.ts'
import { Supervisor } from '../../deploy/local/supervise/supervisor.ts'
import { aggregateBench } from './aggregate/aggregate-bench.ts'

/** `npm run bench [-- --readings N]`: a table on the screen and .bench/results.json. */
const { values } = parseArgs({ options: { readings: { type: 'string', default: '5000000' } } })
const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-bench-'))
const env: NodeJS.ProcessEnv = { ...process.env }
const screen = new Console({ screen: process.stderr, level: 'warn' })
const parts = stores({
  host: '127.0.0.1',
  ports: portsAt(await freePortOffset('127.0.0.1')),
  dataDir,
  cacheDir: defaultCacheDir,
  logLevel: 'warn',
  env,
})
const supervisor = new Supervisor({ console: screen, env })
try {
  await supervisor.start([parts.filter(({ name }) => name !== 'clickhouse').map(({ part }) => part)])
  for (const { variable, address } of parts) env[variable] = address
  const rows = await aggregateBench(env, Number(values.readings))
  const baseline = rows.find(({ name }) => name === 'baseline')?.cpuSecondsPerMillion ?? Number.NaN
  const table = rows.map(row => ({
    name: row.name,
    readings: row.readings,
    'CPU s per million': Number(row.cpuSecondsPerMillion.toFixed(2)),
    'of the plain loop': Number((row.cpuSecondsPerMillion / baseline).toFixed(2)),
  }))
  console.table(table)
  await mkdir('.bench', { recursive: true })
  await writeFile('.bench/results.json', `${JSON.stringify({ aggregate: rows }, null, 2)}\n`)
} finally {
  await supervisor.stop()
  await rm(dataDir, { recursive: true, force: true })
}
