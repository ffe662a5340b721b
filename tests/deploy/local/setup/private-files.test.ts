import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { announceClickHouse, clickhouseLogin } from '../../../../deploy/local/setup/clickhouse-login.ts'
import { Instance } from '../../../../deploy/local/setup/instance.ts'
import { keptSecret, privateFolder, writePrivate } from '../../../../deploy/local/setup/private-files.ts'
import { localClickHousePassword, localSystemFile } from '../../../../platform/clickhouse/local-login.ts'

let dir: string
let mask: number

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'private-'))
  // The most careless there is.
  mask = process.umask(0)
})
afterEach(() => {
  process.umask(mask)
  rmSync(dir, { recursive: true, force: true })
})

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

it('a data directory is closed to others, one of before too', () => {
  for (const before of [null, 0o755]) {
    const dataDir = join(dir, String(before))
    if (before !== null) mkdirSync(dataDir, { mode: before })
    Instance.claim(dataDir).release()
    expect(modeOf(dataDir)).toBe('700')
  }
  const deep = join(dir, 'a/b')
  privateFolder(deep)
  expect(modeOf(deep)).toBe('700')
})

it('a secret is made once, of 256 bits, and closed to others', () => {
  const path = join(dir, 'password')
  const secret = keptSecret(path)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  expect(modeOf(path)).toBe('600')
  expect(readdirSync(dir)).toEqual(['password'])
  chmodSync(path, 0o644)
  expect(keptSecret(path)).toBe(secret)
  expect(modeOf(path)).toBe('600')
  expect(keptSecret(join(dir, 'other'))).not.toBe(secret)
})

it('a secret that was emptied is named, not used', () => {
  const path = join(dir, 'password')
  writeFileSync(path, '')
  expect(() => keptSecret(path)).toThrow('holds no password')
})

it('a private file is replaced at once', () => {
  const path = join(dir, 'url')
  writeFileSync(path, 'old', { mode: 0o644 })
  writePrivate(path, 'new')
  expect([readFileSync(path, 'utf8'), modeOf(path), readdirSync(dir)]).toEqual(['new', '600', ['url']])
})

it('commands find the password of the system that runs at a port, as long as it runs', () => {
  const port = 64_999
  const login = clickhouseLogin(dir, `http://127.0.0.1:${port}`, {})
  expect(login.url).toBe(`http://default:${login.password}@127.0.0.1:${port}/`)
  const withdraw = announceClickHouse(dir, port, login)
  try {
    expect(modeOf(join(dir, 'clickhouse-url'))).toBe('600')
    expect(localClickHousePassword(`http://127.0.0.1:${port}`)).toBe(login.password)
    expect(localClickHousePassword(`http://localhost:${port}/`)).toBe(login.password)
    expect(localClickHousePassword(`http://127.0.0.1:${port + 1}`)).toBe('')
    expect(localClickHousePassword(`http://clickhouse.example:${port}`)).toBe('')
  } finally {
    withdraw()
  }
  expect(existsSync(localSystemFile(port))).toBe(false)
  expect(localClickHousePassword(`http://127.0.0.1:${port}`)).toBe('')
})

it('a password that is given is used instead, whatever is in it', () => {
  const login = clickhouseLogin(dir, 'http://127.0.0.1:8123', { CLICKHOUSE_PASSWORD: 'a/b@c:d é' })
  expect(login.password).toBe('a/b@c:d é')
  expect(decodeURIComponent(new URL(login.url).password)).toBe('a/b@c:d é')
  expect(readdirSync(dir)).toEqual([])
})
