import { resolve } from 'node:path'
import type { ProcessRow } from '../../../deploy/local/parts.ts'
import { runLocal } from '../../../deploy/local/run-local.ts'
import { parseStartOptions } from '../../../deploy/local/setup/start-options.ts'

/** `npm start` with two small processes in place of the pipeline's: the launcher, the stores and all else are real. */
const script = 'tests/integration/deploy/dummy-part.ts'
const processStages: readonly (readonly ProcessRow[])[] = [
  [{ name: 'first', script, args: ['first'], admin: 'ingestAdmin', ports: ['ingest'] }],
  [{ name: 'second', script, args: ['second'], admin: 'apiAdmin', ports: ['api'] }],
]

const options = parseStartOptions(process.argv.slice(2))
process.exitCode = await runLocal({
  options,
  dataDir: resolve(options.dataDir),
  logLevel: 'info',
  processStages,
  wallboard: false,
})
