import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readUtf8 } from '../../platform/utf8-file.ts'
import { readRules } from '../../processors/alerting/rules/read-rules.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-utf8-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** `summary: 济南`, in GBK. */
const gbk = Buffer.concat([Buffer.from('summary: '), Buffer.from('bcc3c4cf', 'hex')])

test('a file that people write is UTF-8, or refused by name', async () => {
  const path = join(folder, 'a.yaml')
  await writeFile(path, 'summary: 济南')
  expect(await readUtf8(path)).toBe('summary: 济南')
  await writeFile(path, gbk)
  await expect(readUtf8(path)).rejects.toMatchObject({
    code: 'not_utf8',
    message: `${path}: the bytes are not UTF-8`,
  })
})

test('rules in another encoding are a mistake of their file, and none of another text', async () => {
  const path = join(folder, 'rules.yaml')
  await writeFile(path, gbk)
  expect(await readRules([path])).toMatchObject({
    rules: [],
    mistakes: [{ file: path, code: 'unreadable', message: expect.stringContaining('not UTF-8') }],
  })
})
