import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { app } from '../app.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-wallboard-'))
})

afterEach(() => rm(folder, { recursive: true }))

test('before the wallboard is built its page says what to do; afterwards it is there', async () => {
  const dist = join(folder, 'dist')
  const api = await app({ wallboardDir: dist })
  const before = await api.inject('/')
  expect(before.statusCode).toBe(503)
  expect(before.body).toContain('npm run wallboard')
  await mkdir(dist)
  await writeFile(join(dist, 'index.html'), '<title>wall</title>')
  const after = await api.inject('/')
  expect(after).toMatchObject({ statusCode: 200, body: '<title>wall</title>' })
  expect(after.headers['cache-control']).toBe('no-cache')
})

test('files with a hash in their name are kept for ever, the others are asked for again', async () => {
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'assets/index-Cx1.js'), 'let wall')
  await writeFile(join(folder, 'icon.svg'), '<svg/>')
  const api = await app({ wallboardDir: folder })
  const hashed = await api.inject('/assets/index-Cx1.js')
  expect(hashed.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': expect.stringContaining('javascript'),
  })
  const icon = await api.inject('/icon.svg')
  expect(icon.headers['cache-control']).toBe('no-cache')
  const again = await api.inject({
    url: '/icon.svg',
    headers: { 'if-none-match': String(icon.headers.etag) },
  })
  expect(again.statusCode).toBe(304)
})

test('only what is in the folder is served', async () => {
  await writeFile(join(folder, '.secret'), 'x')
  const dist = join(folder, 'dist')
  await mkdir(dist)
  await writeFile(join(dist, '.env'), 'x')
  const api = await app({ wallboardDir: dist })
  for (const url of ['/../.secret', '/%2e%2e/.secret', '/.env', '/missing.js']) {
    const answer = await api.inject(url)
    expect(answer.statusCode, url).toBeGreaterThanOrEqual(400)
    expect(answer.headers['content-type']).toMatch(/problem\+json/)
  }
})

test('pages may load from here only, and open the stream', async () => {
  const { headers } = await (await app()).inject('/')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toMatch(/connect-src 'self' ws: wss:/)
})
