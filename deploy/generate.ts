import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeGenerated } from '../schemas/write-generated.ts'
import { socketTable } from './local/setup/sockets.ts'

/** What of the documentation follows from how the system is started; `--check` as in schemas/generate.ts. */
const path = 'docs/access.md'
const begin = '<!-- generated: sockets -->\n'
const end = '<!-- end -->'

const text = readFileSync(join(import.meta.dirname, '..', path), 'utf8')
const from = text.indexOf(begin)
const to = text.indexOf(end, from)
if (from < 0 || to < 0) throw new Error(`${path} has no part for the sockets`)
await writeGenerated([
  { path, text: `${text.slice(0, from)}${begin}\n${socketTable()}\n\n${text.slice(to)}` },
])
