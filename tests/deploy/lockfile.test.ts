import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const text = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } =
  JSON.parse(text)

test('the lock file holds every platform’s binaries: where a registry lacks some, npm leaves them out and npm ci then refuses', () => {
  const missing = Object.entries(packages).flatMap(([where, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      name => !packages[`node_modules/${name}`] && !packages[`${where}/node_modules/${name}`],
    ),
  )
  expect(missing).toEqual([])
})

test('the lock file names no registry', () => {
  expect(text).not.toContain('"resolved"')
})
