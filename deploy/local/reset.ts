import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { CodedError, exitCode, messageOf } from '../../platform/errors.ts'
import { Instance } from './setup/instance.ts'
import { defaultOptions } from './setup/start-options.ts'

const root = resolve(import.meta.dirname, '../..')

/** Files that only our data directories have: nothing else is ever removed. */
const marks = ['instance.lock', 'clock.json']

/** `npm run reset [-- --yes --data-dir D]`: removes the local data. */
async function reset(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: { yes: { type: 'boolean' }, 'data-dir': { type: 'string' } },
  })
  const dataDir = resolve(root, values['data-dir'] ?? defaultOptions.dataDir)
  if (!existsSync(dataDir)) return `there is no ${dataDir}: nothing to remove`
  if (!marks.some(mark => existsSync(resolve(dataDir, mark)))) {
    throw new CodedError('not_a_data_dir', `${dataDir} is not a data directory of \`npm start\``)
  }
  const instance = Instance.claim(dataDir)
  try {
    if (!values.yes && !(await confirmed(`remove ${dataDir} and everything in it? [y/N] `))) {
      return 'nothing removed'
    }
    await rm(dataDir, { recursive: true })
    return `removed ${dataDir}`
  } finally {
    instance.release()
  }
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CodedError('not_confirmed', 'nobody is there to ask', {
      hint: 'add --yes to remove without asking',
    })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}

try {
  process.stdout.write(`${await reset(process.argv.slice(2))}\n`)
} catch (error) {
  const hint = error instanceof CodedError && error.hint ? ` - ${error.hint}` : ''
  process.stderr.write(`${messageOf(error)}${hint}\n`)
  process.exitCode = error instanceof CodedError ? exitCode.failed : exitCode.usage
}
