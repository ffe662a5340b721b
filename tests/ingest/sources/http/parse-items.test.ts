import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnreadableItem } from '../../../../ingest/pipeline/unreadable-item.ts'
import type { ItemLimits } from '../../../../ingest/sources/http/item-limits.ts'
import { parseItems } from '../../../../ingest/sources/http/parse-items.ts'
import { CodedError } from '../../../../platform/errors.ts'

const json = 'application/json'
const ndjson = 'application/x-ndjson'
const wide: ItemLimits = {
  maxItems: 1e9,
  maxItemBytes: 1e9,
  wholeBytes: 1e9,
  sliceItems: 1e9,
  sliceBytes: 1e9,
}
/** Everything is cut wherever it may be, and bodies are never parsed whole. */
const narrow = { ...wide, wholeBytes: 0, sliceItems: 1, sliceBytes: 1 }
const turn = () => Promise.resolve()

function piecesOf(body: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let from = 0; from < body.length; from += size) pieces.push(body.subarray(from, from + size))
  return pieces
}

/** The items, or the code of the error. */
async function outcome(body: Buffer, mediaType: string, limits: ItemLimits, pieceBytes: number) {
  const items: unknown[] = []
  try {
    for await (const slice of parseItems(piecesOf(body, pieceBytes), mediaType, limits, turn)) {
      expect(slice.length).toBeLessThanOrEqual(limits.sliceItems)
      items.push(...slice)
    }
  } catch (error) {
    if (error instanceof CodedError) return error.code
    throw error
  }
  return items
}

const pieces = fc.integer({ min: 1, max: 9 })
/** Texts that are nearly JSON: arrays with a few bytes put in, taken out or doubled. */
const nearlyJson = fc
  .tuple(
    fc.array(fc.jsonValue({ stringUnit: 'binary' }), { maxLength: 6 }),
    fc.constantFrom(undefined, 1),
    fc.array(
      fc.tuple(fc.nat(), fc.constantFrom('', '[', ']', '{', '}', ',', '"', '\\', ' ', '\uFEFF', '地', '\0')),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([value, indent, edits]) => {
    let text = JSON.stringify(value, null, indent)
    for (const [place, put] of edits) {
      const at = place % (text.length + 1)
      text = text.slice(0, at) + put + text.slice(put === '' ? at + 1 : at)
    }
    return text
  })

const unread = (code: string, text: string) => expect.objectContaining({ code, text })

describe('a body in slices', () => {
  it('gives what parsing it whole gives, and wherever it is cut the same', async () => {
    const count = { valid: 0, broken: 0 }
    await fc.assert(
      fc.asyncProperty(nearlyJson, pieces, async (text, size) => {
        if (!text.startsWith('[')) return
        const body = Buffer.from(text)
        const narrowly = await outcome(body, json, narrow, size)
        expect(narrowly).toEqual(await outcome(body, json, { ...wide, wholeBytes: 0 }, body.length))
        expect(narrowly).toEqual(await outcome(body, json, wide, size))
        let document: unknown
        try {
          document = JSON.parse(body.toString('utf8'))
        } catch {
          count.broken++
          expect(narrowly).toContainEqual(expect.any(UnreadableItem))
          return
        }
        count.valid++
        expect(narrowly).toEqual(document)
      }),
      { numRuns: 500 },
    )
    expect(count).toEqual({ valid: expect.toSatisfy(n => n > 50), broken: expect.toSatisfy(n => n > 50) })
  })

  it('gives the neighbours of an item that cannot be read, and that item by itself', async () => {
    const broken = [
      'NaN',
      '{"a":NaN}',
      '{"a":-Infinity}',
      '{"a":1,}',
      "{'a':1}",
      '{"a":1}}',
      '{"a" 1}',
      '"\n"',
      '01',
    ]
    const good = fc.jsonValue().map(value => JSON.stringify(value))
    const item = fc.oneof(
      good.map(text => ({ text, isGood: true })),
      fc.constantFrom(...broken).map(text => ({ text, isGood: false })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 8 }), pieces, async (items, size) => {
        const wanted = items.map(({ text, isGood }) =>
          isGood ? JSON.parse(text) : unread('malformed_json', text),
        )
        const body = Buffer.from(`[${items.map(({ text }) => text).join(',')}]`)
        for (const limits of [narrow, wide]) expect(await outcome(body, json, limits, size)).toEqual(wanted)
        const lines = items.filter(({ text }) => !text.includes('\n'))
        expect(
          await outcome(Buffer.from(lines.map(({ text }) => text).join('\n')), ndjson, narrow, size),
        ).toEqual(wanted.filter((_, index) => lines.includes(items[index]!)))
      }),
    )
  })

  it('gives items that are not UTF-8 by themselves, byte for byte', async () => {
    const text = fc.uint8Array({ maxLength: 6, min: 0x30, max: 0xff }).filter(bytes => !bytes.includes(0x5c))
    const item = text.map(bytes => Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')]))
    const count = { good: 0, bad: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 4 }), pieces, async (items, size) => {
        const wanted = items.map(bytes => {
          const utf8 = bytes.toString('utf8')
          const isGood = Buffer.from(utf8).equals(bytes)
          count[isGood ? 'good' : 'bad']++
          return isGood ? JSON.parse(utf8) : unread('not_utf8', bytes.toString('latin1'))
        })
        const joined = (separator: string) =>
          Buffer.concat(items.flatMap((each, i) => (i === 0 ? [each] : [Buffer.from(separator), each])))
        const array = Buffer.concat([Buffer.from('['), joined(','), Buffer.from(']')])
        for (const limits of [narrow, wide]) {
          expect(await outcome(array, json, limits, size)).toEqual(wanted)
          expect(await outcome(joined('\n'), ndjson, limits, size)).toEqual(wanted)
        }
      }),
    )
    expect(count).toEqual({ good: expect.toSatisfy(n => n > 50), bad: expect.toSatisfy(n => n > 50) })
  })

  it('gives the same lines, good and bad', async () => {
    const line = fc.oneof(
      fc.json(),
      fc.constantFrom('', ' ', '\r', '{', '\uFEFF{}', '"地\u2028"', '{"a":1}\r'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), pieces, async (lines, size) => {
        const wanted = lines
          .filter(text => text.trim() !== '')
          .map(text =>
            text === '{' ? unread('malformed_json', text) : JSON.parse(text.replace('\uFEFF', '')),
          )
        for (const limits of [narrow, wide]) {
          expect(await outcome(Buffer.from(lines.join('\n')), ndjson, limits, size)).toEqual(wanted)
        }
      }),
    )
  })

  const long = 'x'.repeat(40)
  it.each([
    ['an item that is too large', `[1,"${long}",2]`, json, [1, unread('item_too_large', `"${long}"`), 2]],
    ['nothing but such an item', `["${long}"]`, json, [unread('item_too_large', `"${long}"`)]],
    ['such an item without an end', `[1,"${long}`, json, [1, unread('item_too_large', `"${long}`)]],
    ['a line that is too large', `1\n"${long}"\n2`, ndjson, [1, unread('item_too_large', `"${long}"`), 2]],
    ['such a line at the end', `1\n"${long}"`, ndjson, [1, unread('item_too_large', `"${long}"`)]],
    ['an array that does not end', '[1,[2],[[[', json, [1, [2], unread('malformed_json', '[[[')]],
    ['an array cut in an item', '[1,{"a":', json, [1, unread('malformed_json', '{"a":')]],
    ['an array cut behind a comma', '[1,', json, [1, unread('malformed_json', '')]],
    ['a text that does not end', '[1,"a,2,3]', json, [1, unread('malformed_json', '"a,2,3]')]],
    ['something behind the array', `[1]${' '.repeat(9)}"a"`, json, [1, unread('malformed_json', '"a"')]],
    ['two arrays', '[1][2]', json, [1, unread('malformed_json', '[2]')]],
    ['a comma at the end', '[1,2,]', json, [1, 2, unread('malformed_json', '')]],
    ['two commas', '[1,,2]', json, [1, unread('malformed_json', ''), 2]],
    ['nothing', '[ ]', json, []],
    ['a byte order mark before an array', '\uFEFF[1]', json, [1]],
    ['a byte order mark before an object', '\uFEFF{"a":1}', json, [{ a: 1 }]],
    ['a byte order mark before lines', '\uFEFF1\n2', ndjson, [1, 2]],
  ])('gives what can be told apart of %s', async (_what, text, mediaType, items) => {
    const limits = { ...narrow, maxItems: 3, maxItemBytes: 20 }
    for (const size of [1, 7, 100]) {
      // A document that is not an array is read whole.
      const wholeBytes = text.includes('{"a":1}') ? 100 : 0
      expect(await outcome(Buffer.from(text), mediaType, { ...limits, wholeBytes }, size)).toEqual(items)
    }
  })

  it.each([
    ['too many items', '[1,2,3,4]', json, 'too_many_items'],
    ['too many broken items', '[,,,,', json, 'too_many_items'],
    ['too many lines', '1\n2\n3\n4', ndjson, 'too_many_items'],
    ['a large object', `{"a":"${long}"}`, json, 'item_too_large'],
  ])('refuses %s', async (_what, text, mediaType, code) => {
    const limits = { ...narrow, maxItems: 3, maxItemBytes: 20 }
    for (const size of [1, 7, 100])
      expect(await outcome(Buffer.from(text), mediaType, limits, size)).toBe(code)
  })

  it('says where in the body it is what cannot be read', async () => {
    const limits = { ...narrow, sliceItems: 100, sliceBytes: 100 }
    for (const each of [limits, wide, narrow]) {
      expect(await outcome(Buffer.from('[{},{"a":1},NaN]'), json, each, 5)).toEqual([
        {},
        { a: 1 },
        expect.objectContaining({ problem: expect.stringContaining('at byte 12 of the body') }),
      ])
      expect(await outcome(Buffer.from('{}\n\nNaN'), ndjson, each, 5)).toEqual([
        {},
        expect.objectContaining({ problem: expect.stringContaining('line 3') }),
      ])
    }
  })

  it('may be nested deeply, and empty lines are no items', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const limits = { ...narrow, sliceItems: 10, sliceBytes: 1_000 }
    expect(
      await outcome(Buffer.from(`[${deep},1]`), json, { ...limits, maxItemBytes: 200_000 }, 64_000),
    ).toHaveLength(2)
    expect(
      await outcome(Buffer.alloc(300_000, '\n'), ndjson, { ...limits, maxItemBytes: 1_000 }, 64_000),
    ).toEqual([])
  })
})
