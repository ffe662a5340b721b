import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = resolve(import.meta.dirname, '../../../.cache/python-venv')

/**
 * The interpreter of a virtual environment that has these packages, made once and kept in `.cache`; one
 * environment a list of packages.
 * @returns null, with the reason printed, where python3, venv or pip does not work.
 */
export async function pythonWith(packages: readonly string[]): Promise<string | null> {
  const key = createHash('sha256')
    .update([...packages].sort().join('\n'))
    .digest('hex')
    .slice(0, 12)
  const home = join(cache, key)
  const python = join(home, 'bin/python')
  if (await exists(join(home, 'complete'))) return python
  try {
    await mkdir(cache, { recursive: true })
    await rm(home, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', home])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], {
      timeout: 300_000,
    })
    const mark = join(home, 'complete')
    await mkdir(`${mark}.tmp`)
    await rename(`${mark}.tmp`, mark)
    return python
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    console.warn(`skipped: no Python with ${packages.join(', ')}: ${reason}`)
    return null
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
