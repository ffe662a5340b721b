import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { receive } from '../../../../../deploy/local/clickhouse/protocol/receive.ts'

async function* chunks(...parts: (string | Buffer)[]) {
  for (const part of parts) yield Buffer.from(part)
}

async function dataOf(query: string, ...parts: (string | Buffer)[]): Promise<Buffer> {
  const received = await receive(query, chunks(...parts))
  if (received.kind !== 'insert') throw new Error(received.kind)
  return buffer(received.data)
}

describe('receive', () => {
  it('finds statement and data in the body, however it is cut', async () => {
    const whole = 'INSERT INTO t (a) FORMAT JSONEachRow\n{"a":1}\n'
    for (let cut = 0; cut <= whole.length; cut += 1) {
      expect((await dataOf('', whole.slice(0, cut), whole.slice(cut))).toString()).toBe('{"a":1}\n')
    }
  })

  it('keeps binary data as it is', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256))
    expect(
      (await dataOf('', Buffer.concat([Buffer.from('INSERT INTO t FORMAT Native\n'), bytes]))).equals(bytes),
    ).toBe(true)
    expect((await dataOf('INSERT INTO t FORMAT Native', bytes)).equals(bytes)).toBe(true)
  })

  it('puts data in the URL before data in the body', async () => {
    expect((await dataOf('INSERT INTO t VALUES (1),', '(2)')).toString()).toBe('(1),(2)')
  })

  it('reads a long INSERT statement to its data', async () => {
    const columns = Array.from({ length: 20_000 }, (_, i) => `column_${i}`).join(', ')
    expect((await dataOf('', `INSERT INTO t (${columns}) VALUES`, ' (1)')).toString()).toBe('(1)')
  })

  it('joins a statement of URL and body, in UTF-8', async () => {
    expect(await receive('SELECT ', chunks("'济南'"))).toEqual({
      kind: 'read',
      sql: "SELECT '济南'",
      format: null,
    })
  })

  it('refuses nothing at all', async () => {
    await expect(receive('', chunks())).rejects.toThrow(/Empty query/)
  })
})
