import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

export interface BuiltWallboard {
  readonly dir: string
  remove(): Promise<void>
}

/** Builds the wallboard as it is in the tree now, beside the one that `npm run wallboard` makes. */
export async function buildWallboard(): Promise<BuiltWallboard> {
  const dir = await mkdtemp(join(tmpdir(), 'wallboard-'))
  const root = join(import.meta.dirname, '../../api/wallboard')
  await build({ root, configFile: join(root, 'vite.config.ts'), build: { outDir: dir }, logLevel: 'error' })
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}
