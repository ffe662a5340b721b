import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Spool } from '../../../../../deploy/local/clickhouse/engine/spool.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spool-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function* data(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(bytes)
}

it('holds so many bytes at once, and has room again when they are gone', async () => {
  const spool = new Spool(dir, 100)
  await spool.start()
  {
    await using first = await spool.write(data(60))
    expect(first.bytes).toBe(60)
    for (let n = 0; n < 2; n += 1) await expect(spool.write(data(60))).rejects.toMatchObject({ code: 202 })
    await using second = await spool.write(data(40))
    expect(second.bytes).toBe(40)
  }
  await using third = await spool.write(data(100))
  expect(third.bytes).toBe(100)
  expect(readdirSync(join(dir, 'spool'))).toHaveLength(1)
})
