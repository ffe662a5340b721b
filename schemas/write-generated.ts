import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GeneratedFile } from './generated-files.ts'

const root = join(import.meta.dirname, '..')

/**
 * Writes generated files; with `--check` on the command line it writes nothing, names those that drifted and makes the
 * process exit with 1.
 */
export async function writeGenerated(files: readonly GeneratedFile[]): Promise<void> {
  const check = process.argv.includes('--check')
  const drifted: string[] = []
  for (const { path, text } of files) {
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
  if (drifted.length === 0) return
  process.stderr.write(`out of date, run "npm run generate": ${drifted.join(', ')}\n`)
  process.exitCode = 1
}
