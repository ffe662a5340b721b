import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ClickHouseException } from '../../../../../deploy/local/clickhouse/protocol/exception.ts'
import { readForm } from '../../../../../deploy/local/clickhouse/protocol/multipart.ts'

const type = 'multipart/form-data; boundary=cut'
const part = (disposition: string, content: string) =>
  `--cut\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`
const body = (...parts: string[]) => `${parts.join('')}--cut--\r\n`

/** Fields and files of a form that comes in pieces of so many bytes. */
async function formOf(form: string, pieces = 7, contentType = type) {
  const bytes = Buffer.from(form)
  const source = (function* () {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces)
  })()
  const files: Record<string, string> = {}
  const fields = await readForm(Readable.from(source), contentType, async (name, content) => {
    files[name] = await text(content)
  })
  return { fields: Object.fromEntries(fields), files }
}

describe('readForm', () => {
  it('tells fields from files, whose name may be empty', async () => {
    const form = body(
      part('name="query"', 'SELECT 1'),
      part('name="m"; filename="m.csv"', '1,a\r\n2,b\r\n'),
      part('name="n"; filename=""', '济南'),
      part('name="param_x"', ''),
    )
    const expected = { fields: { query: 'SELECT 1', param_x: '' }, files: { m: '1,a\r\n2,b\r\n', n: '济南' } }
    for (const pieces of [1, 7, 1000]) expect(await formOf(form, pieces)).toEqual(expected)
  })

  it('keeps a file that is larger than what is read at once', async () => {
    const rows = 'a reading\n'.repeat(200_000)
    expect((await formOf(body(part('name="m"; filename="m"', rows)), 65_536)).files.m).toBe(rows)
  })

  it('refuses what is no form, and one that breaks off in a field or in a file', async () => {
    const field = body(part('name="query"', 'SELECT 1')).slice(0, -20)
    const file = body(part('name="m"; filename="m"', '1\n')).slice(0, -20)
    for (const broken of ['SELECT 1', field, file])
      await expect(formOf(broken)).rejects.toMatchObject({ code: 36 })
    await expect(formOf(field, 7, 'multipart/form-data')).rejects.toMatchObject({ code: 36 })
  })

  it('refuses too many tables, and fields that are too long', async () => {
    const files = Array.from({ length: 101 }, (_, n) => part(`name="t${n}"; filename="t"`, '1'))
    await expect(formOf(body(...files), 1000)).rejects.toMatchObject({ code: 229 })
    const long = part('name="a"', 'x'.repeat(9 * 1024 * 1024))
    await expect(formOf(body(long, long), 65_536)).rejects.toMatchObject({ code: 229 })
  })

  it('ends with what keeping a file throws, whatever is still to come', async () => {
    const form = Readable.from(
      (function* () {
        yield part('name="m"; filename="m"', '')
        for (;;) yield 'x'.repeat(65_536)
      })(),
    )
    const full = new ClickHouseException('NOT_ENOUGH_SPACE', 'no room')
    await expect(readForm(form, type, () => Promise.reject(full))).rejects.toBe(full)
  })
})
