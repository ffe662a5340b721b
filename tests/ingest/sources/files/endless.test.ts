import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatOf } from '../../../../ingest/sources/files/formats/formats.ts'
import { emptyPlan } from '../../../../ingest/sources/files/plan.ts'
import { sourceFile } from '../../../../ingest/sources/files/source-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-endless-'))
  await writeFile(join(folder, 'de_meta-data.csv'), 'place_id,place_name,city_name,num_all\na,A,X,100\n')
})
afterAll(() => rm(folder, { recursive: true }))

const many = (text: string, times: number) => text.repeat(times)
const xml = (body: string) => `<?xml version="1.0"?><measDataFile><measData>${body}`
const line = '{"asset_id":"a","event_time":1,"it_power_w":1}\n'

it.each([
  ['a line', 'rack.ndjson', `${line}{"asset_id":"${many('x', 400_000)}`, 'line_too_long', 'rack.ndjson:2: '],
  ['a line in its end', 'rack.ndjson', `${line}{"a":"${many('x', 300_000)}"}\n`, 'line_too_long', ':2: '],
  ['a quotation', 'a.csv', `timestamp,place_id,free\n"${many('x,\n', 200_000)}`, 'line_too_long', 'a.csv:'],
  ['attributes', 'a.xml', xml(`<r ${many('a="', 1)}${many('x', 400_000)}"/>`), 'xml_too_large', 'line 1, '],
  [
    'an attribute list',
    'a.xml',
    xml(`<r ${Array.from({ length: 60_000 }, (_, i) => `a${i}=""`).join(' ')}/>`),
    'xml_too_large',
    'a.xml: ',
  ],
  ['a text', 'a.xml', xml(`<r>${many('x', 400_000)}`), 'xml_too_large', 'between two tags'],
  ['a comment', 'a.xml', xml(`<!--${many('x', 400_000)}`), 'xml_too_large', 'between two tags'],
  ['depth', 'a.xml', xml(many('<a>', 1_000)), 'xml_too_large', 'elements within one another'],
  [
    'counters',
    'a.xml',
    xml(`<measValue>${many('<r p="1">1</r>', 21_000)}`),
    'xml_too_large',
    'counters of one object',
  ],
])('ends in words, and with the place, where %s has no end', async (_what, name, text, code, place) => {
  const path = join(folder, name)
  await writeFile(path, text)
  const file = await sourceFile(path)
  const reading = formatOf(file).read(file, emptyPlan('x'), { seed: 1, pdcpKbitVendors: [] })
  await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(place) })
  await expect(reading).rejects.toThrow(name)
})

it('ends in words where a few bytes become very many', async () => {
  const path = join(folder, 'rack-bomb.ndjson.gz')
  await writeFile(
    path,
    gzipSync(Buffer.concat([Buffer.from(line), Buffer.alloc(65 << 20, `${' '.repeat(99_999)}\n`)])),
  )
  const file = await sourceFile(path)
  expect(file.head).toHaveLength(64 * 1024)
  const reading = formatOf(file).read(file, emptyPlan('x'), { seed: 1, pdcpKbitVendors: [] })
  await expect(reading).rejects.toMatchObject({
    code: 'file_too_large',
    message: expect.stringContaining(path),
  })
})

it('names the file that breaks off', async () => {
  const path = join(folder, 'rack-cut.ndjson.gz')
  const whole = gzipSync(
    Buffer.from(Array.from({ length: 5_000 }, (_, i) => `${line.slice(0, -2)},"n":${i ** 3}}\n`).join('')),
  )
  await writeFile(path, whole.subarray(0, whole.length - 100))
  const file = await sourceFile(path)
  const reading = formatOf(file).read(file, emptyPlan('x'), { seed: 1, pdcpKbitVendors: [] })
  await expect(reading).rejects.toMatchObject({
    code: 'file_unreadable',
    message: expect.stringContaining(path),
  })
})
