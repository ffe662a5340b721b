import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatOf } from '../../../../ingest/sources/files/formats/formats.ts'
import { emptyPlan, type Plan } from '../../../../ingest/sources/files/plan.ts'
import { replayOptions } from '../../../../ingest/sources/files/replay-options.ts'
import { sourceFile } from '../../../../ingest/sources/files/source-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-encodings-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(name: string, bytes: Buffer, encoding?: string): Promise<Plan> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  const file = await sourceFile(path, encoding)
  const format = formatOf(file)
  const plan = emptyPlan(format.dataset(file))
  await format.read(file, plan, { seed: 1, pdcpKbitVendors: [] })
  return plan
}

/** 济南 in GBK. */
const jinan = Buffer.from('bcc3c4cf', 'hex')
const asset = '{"asset_id":"lot-1","record":"parking","kind":"lot","county":"370102","name":"济南"}\n'
const reading = '{"asset_id":"lot-1","event_time":1000,"occupied":5}\n'
const isRead = { name: '济南', asset_id: 'lot-1' }

function utf16(text: string, littleEndian: boolean): Buffer {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return littleEndian ? bytes : bytes.swap16()
}

/** The text with 济南 in GBK. */
function gbk(text: string): Buffer {
  const parts = text.split('济南').map(part => Buffer.from(part))
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [jinan, part])))
}

describe('a file of our own records', () => {
  it.each([
    ['UTF-8', Buffer.from(asset + reading), undefined],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${asset}${reading}`), undefined],
    ['two files with marks put together', Buffer.from(`\uFEFF${asset}\uFEFF${reading}`), undefined],
    ['UTF-16, little-endian', utf16(asset + reading, true), undefined],
    ['UTF-16, big-endian', utf16(asset + reading, false), undefined],
    ['UTF-16 that says so, whatever was asked for', utf16(asset + reading, true), 'gbk'],
    ['GBK', gbk(asset + reading), 'gbk'],
    ['GBK as GB 18030', gbk(asset + reading), 'GB18030'],
    ['gzipped GBK', gzipSync(gbk(asset + reading)), 'gbk'],
  ])('in %s is read from its first line on', async (_what, bytes, encoding) => {
    const plan = await read('parking-x.ndjson', bytes, encoding)
    expect([...plan.assets.values()]).toEqual([expect.objectContaining(isRead)])
    expect(plan.readings).toHaveLength(1)
    expect(plan.skipped.list()).toEqual([])
  })

  it('of another encoding than it is said to be ends in words, with the place', async () => {
    await expect(read('parking-gbk.ndjson', gbk(asset + reading))).rejects.toMatchObject({
      code: 'wrong_encoding',
      message: expect.stringMatching(/parking-gbk\.ndjson: not utf-8, within bytes 0 to \d+/),
      hint: expect.stringContaining('--encoding'),
    })
    // It breaks off within a character.
    const cut = Buffer.from(asset).subarray(0, Buffer.from(asset).indexOf('济') + 1)
    await expect(read('parking-cut.ndjson', cut)).rejects.toMatchObject({ code: 'wrong_encoding' })
  })

  it('has characters that lie across the pieces in which it is read', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) =>
      asset.replace('lot-1', `lot-${i}${'x'.repeat(i % 3)}`),
    )
    for (const [bytes, encoding] of [
      [Buffer.from(lines.join('')), undefined],
      [gbk(lines.join('')), 'gbk'],
    ] as const) {
      const plan = await read('parking-long.ndjson', bytes, encoding)
      expect(plan.assets.size).toBe(3_000)
      expect(new Set([...plan.assets.values()].map(({ name }) => name))).toEqual(new Set(['济南']))
    }
  })
})

it('a table and the one beside it are read in the encoding that was asked for', async () => {
  await writeFile(
    join(folder, 'de_meta-data.csv'),
    gbk('place_id,place_name,city_name,num_all\na,济南,X,100\n'),
  )
  const rows = 'timestamp,place_id,free\n2026-07-22T00:00:01+00:00,a,30\n'
  const plan = await read('changes.csv', Buffer.from(rows), 'gbk')
  expect([...plan.assets.values()]).toMatchObject([{ name: '济南' }])
})

const pm = (declaration: string) =>
  `<?some-element v="1"?>${declaration}<measDataFile><fileHeader dnPrefix="DC=济南"/><measData><measEntity localDn="ManagedElement=g1"/>` +
  '<measInfo><granPeriod duration="PT900S" endTime="2026-07-01T00:15:00Z"/><measType p="1">RRC.ConnEstabAtt</measType>' +
  '<measValue measObjLdn="NRCellCU=1"><r p="1">5</r></measValue></measInfo></measData></measDataFile>'

it.each([
  ['as it declares', gbk(pm('<?xml version="1.0" encoding="GBK"?>')), undefined],
  ['in UTF-8 where it declares nothing', Buffer.from(pm('<?xml version="1.0"?>')), undefined],
  [
    'in UTF-8 where it declares UTF-16 in ASCII',
    Buffer.from(pm("<?xml version='1.0' encoding='utf-16'?>")),
    undefined,
  ],
  ['as was asked where it declares another one', gbk(pm('<?xml version="1.0" encoding="UTF-8"?>')), 'gbk'],
])('XML is read %s', async (_what, bytes, encoding) => {
  const plan = await read('pm.xml', bytes, encoding)
  expect([...plan.assets.values()]).toMatchObject([{ source_id: expect.stringContaining('DC=济南') }])
  expect(plan.readings).toMatchObject([{ values: { rrc_estab_att: 5 } }])
})

it('an encoding that there is not is refused, as an option and as a declaration', async () => {
  expect(() => replayOptions(['x', '--encoding', 'gbq'], 0)).toThrow(/there is no encoding gbq/)
  expect(replayOptions(['x', '--encoding', 'gbk'], 0).encoding).toBe('gbk')
  const bytes = Buffer.from(pm('<?xml version="1.0" encoding="klingon"?>'))
  await expect(read('odd.xml', bytes)).rejects.toMatchObject({ code: 'encoding_unknown' })
})
