import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Instance } from '../../../deploy/local/setup/instance.ts'

const script = join(import.meta.dirname, '../../../deploy/local/reset.ts')
let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-reset-'))
})

afterEach(() => rm(dataDir, { recursive: true, force: true }))

function reset(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [script, '--data-dir', dataDir, ...args],
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
    )
    child.stdin?.end()
  })
}

test('data are removed with --yes', async () => {
  Instance.claim(dataDir).release()
  await writeFile(join(dataDir, 'some-data'), 'x')
  expect(await reset('--yes')).toEqual({ code: 0, output: `removed ${dataDir}\n` })
  expect(existsSync(dataDir)).toBe(false)
})

test('without --yes and nobody to ask nothing is removed', async () => {
  Instance.claim(dataDir).release()
  const { code, output } = await reset()
  expect(code).toBe(1)
  expect(output).toContain('--yes')
  expect(existsSync(dataDir)).toBe(true)
})

test('data in use are not removed', async () => {
  const instance = Instance.claim(dataDir)
  instance.note({})
  try {
    const { code, output } = await reset('--yes')
    expect(code).toBe(1)
    expect(output).toContain(`another instance (process ${process.pid}) is running on ${dataDir}`)
  } finally {
    instance.release()
  }
})

test('a folder that is not ours is never removed', async () => {
  await writeFile(join(dataDir, 'thesis.txt'), 'x')
  const { code, output } = await reset('--yes')
  expect(code).toBe(1)
  expect(output).toContain('is not a data directory')
  expect(existsSync(join(dataDir, 'thesis.txt'))).toBe(true)
})
