import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brokerJars, jarsDir } from '../../../deploy/local/kafka/broker-jars.ts'
import { requireJava } from '../../../deploy/local/kafka/java.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-jars-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

test('two starts at once fetch once and both get everything', async () => {
  const lines: string[] = []
  const fetch = { cacheDir: folder, env: process.env, progress: (line: string) => lines.push(line) }
  const [first, second] = await Promise.all([brokerJars(fetch), brokerJars(fetch)])
  expect(first).toBe(jarsDir(folder))
  expect(second).toBe(first)
  const jars = await readdir(first)
  expect(jars.some(jar => jar.startsWith('kafka_2.13-'))).toBe(true)
  expect(jars.some(jar => jar.startsWith('log4j-slf4j-impl-'))).toBe(true)
  expect(lines.filter(line => line.startsWith('fetching Apache Kafka'))).toHaveLength(1)
  expect(lines).toContain('waiting for another start to fetch them')
})

test('a fetch that was cut short is not taken for done, and no Maven is said in a sentence', async () => {
  const partial = join(dirname(jarsDir(folder)), 'lib.partial')
  await mkdir(partial, { recursive: true })
  await writeFile(join(partial, 'kafka_2.13-4.1.0.jar'), 'half of it')
  const fetch = brokerJars({ cacheDir: folder, env: { PATH: folder }, progress: () => undefined })
  await expect(fetch).rejects.toMatchObject({
    code: 'maven_missing',
    message: expect.stringContaining('`mvn`'),
  })
  expect(existsSync(jarsDir(folder))).toBe(false)
})

test('a fetch can be given up', async () => {
  const abort = new AbortController()
  const fetch = brokerJars({
    cacheDir: folder,
    env: process.env,
    progress: () => abort.abort(),
    signal: abort.signal,
  })
  await expect(fetch).rejects.toMatchObject({ name: 'AbortError' })
  expect(existsSync(jarsDir(folder))).toBe(false)
})

test('an old Java is named with its release', async () => {
  const java = join(folder, 'bin', 'java')
  await mkdir(dirname(java))
  await writeFile(java, '#!/bin/sh\necho \'openjdk version "11.0.22" 2024-01-16\' >&2\n')
  await chmod(java, 0o755)
  await expect(requireJava({ ...process.env, JAVA_HOME: folder })).rejects.toMatchObject({
    code: 'java_too_old',
    message: expect.stringContaining('is Java 11'),
  })
})
