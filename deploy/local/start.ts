import { resolve } from 'node:path'
import { readConfig } from '../../platform/config.ts'
import { CodedError, exitCode, messageOf } from '../../platform/errors.ts'
import { partSettings } from '../../platform/part.ts'
import { processStages } from './parts.ts'
import { runLocal } from './run-local.ts'
import { parseStartOptions, startHelp } from './setup/start-options.ts'

const root = resolve(import.meta.dirname, '../..')

try {
  const options = parseStartOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(`${startHelp()}\n`)
    process.exit(exitCode.ok)
  }
  const { logLevel } = readConfig({ logLevel: partSettings.logLevel }, process.env)
  const dataDir = resolve(root, options.dataDir)
  process.exitCode = await runLocal({ options, dataDir, logLevel, processStages, wallboard: true })
} catch (error) {
  const hint = error instanceof CodedError && error.hint ? ` - ${error.hint}` : ''
  process.stderr.write(`${messageOf(error)}${hint}\n`)
  const usage = error instanceof CodedError && error.code === 'usage'
  process.exitCode = usage ? exitCode.usage : exitCode.config
}
