import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../../platform/errors.ts'
import { lock } from './file-lock.ts'

const root = join(import.meta.dirname, '../../..')
const notSources = new Set(['dist', 'node_modules'])

/**
 * Builds the wallboard when it was never built or its sources have changed since; a second start waits for the first
 * one's build. It is built aside and takes the place of the old one when it is complete.
 * @returns whether it was built
 * @throws CodedError `wallboard_build_failed`
 */
export async function buildWallboard(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<boolean> {
  const held = await lock(join(root, '.cache/wallboard.lock'))
  try {
    return await buildWhereChanged(env, signal)
  } finally {
    held.release()
  }
}

async function buildWhereChanged(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<boolean> {
  const folder = join(root, 'api/wallboard')
  const target = join(folder, 'dist')
  const built = join(target, 'index.html')
  const sources = [folder, join(root, 'schemas')]
  if (existsSync(built)) {
    const { mtimeMs } = await stat(built)
    const changed = await Promise.all(sources.map(newestMs))
    if (Math.max(...changed) <= mtimeMs) return false
  }
  const partial = join(root, '.cache/wallboard.partial')
  await rm(partial, { recursive: true, force: true })
  await new Promise<void>((resolve, reject) => {
    const vite = join(root, 'node_modules/vite/bin/vite.js')
    const args = [vite, 'build', folder, '--logLevel', 'warn', '--outDir', partial]
    execFile(process.execPath, args, { env, signal, cwd: root }, (error, stdout, stderr) => {
      if (!error) return resolve()
      const said = (stderr + stdout).trim()
      reject(
        new CodedError('wallboard_build_failed', `the wallboard does not build: ${said || error.message}`),
      )
    })
  })
  await rm(target, { recursive: true, force: true })
  await rename(partial, target)
  return true
}

/** Time of the last change below a folder, epoch ms. */
async function newestMs(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true })
  const times = await Promise.all(
    entries
      .filter(entry => !notSources.has(entry.name))
      .map(async entry => {
        const path = join(folder, entry.name)
        return entry.isDirectory() ? newestMs(path) : (await stat(path)).mtimeMs
      }),
  )
  return Math.max(0, ...times)
}
