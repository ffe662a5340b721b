import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generatedFiles } from './generated-files.ts'

/**
 * Writes the generated files; with `--check` it writes nothing, names those that drifted and exits 1.
 */
const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const drifted: string[] = []
for (const { path, text } of generatedFiles()) {
  const file = join(root, path)
  if (check) {
    const current = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (current !== text) drifted.push(path)
  } else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}
if (drifted.length > 0) {
  process.stderr.write(`out of date, run "npm run generate": ${drifted.join(', ')}\n`)
  process.exitCode = 1
}
