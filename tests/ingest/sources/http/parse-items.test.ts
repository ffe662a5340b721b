import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnparsedLine } from '../../../../ingest/pipeline/normalise.ts'
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

/** The items, or the code of the error; lines that could not be parsed with their text. */
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

/** As the body was parsed before there were slices. */
function whole(text: string): readonly unknown[] | string {
  try {
    const document: unknown = JSON.parse(text)
    return Array.isArray(document) ? document : 'not an array'
  } catch {
    return 'malformed_json'
  }
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

describe('a body in slices', () => {
  it('gives what parsing it whole gives, for an array and for what only looks like one', async () => {
    await fc.assert(
      fc.asyncProperty(nearlyJson, pieces, async (text, size) => {
        const body = Buffer.from(text)
        if (!text.startsWith('[')) return
        expect(await outcome(body, json, narrow, size)).toEqual(whole(body.toString('utf8')))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same for bytes that are not UTF-8', async () => {
    const item = fc
      .uint8Array({ maxLength: 6 })
      .map(bytes => Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')]))
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 4 }), pieces, async (items, size) => {
        const commas = items.flatMap((each, i) => (i === 0 ? [each] : [Buffer.from(','), each]))
        const body = Buffer.concat([Buffer.from('['), ...commas, Buffer.from(']')])
        expect(await outcome(body, json, narrow, size)).toEqual(whole(body.toString('utf8')))
      }),
    )
  })

  it('gives the same lines, good and bad', async () => {
    const line = fc.oneof(
      fc.json(),
      fc.constantFrom('', ' ', '\r', '{', '\uFEFF{}', '"地\u2028"', '{"a":1}\r'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), pieces, async (lines, size) => {
        const body = Buffer.from(lines.join('\n'))
        const atOnce = await outcome(body, ndjson, wide, body.length || 1)
        expect(await outcome(body, ndjson, narrow, size)).toEqual(atOnce)
        const texts = lines.filter(text => text.trim() !== '')
        expect((atOnce as unknown[]).map(item => (item instanceof UnparsedLine ? item.text : item))).toEqual(
          texts.map(text => (whole(text) === 'malformed_json' ? text : JSON.parse(text))),
        )
      }),
    )
  })

  it.each([
    ['too many items', '[1,2,3,4]', json, 'too_many_items'],
    ['too many lines', '1\n2\n3\n4', ndjson, 'too_many_items'],
    ['an item that is too large', `[1,${' '.repeat(40)}2]`, json, 'item_too_large'],
    ['a line that is too large', `1\n"${'x'.repeat(40)}"`, ndjson, 'item_too_large'],
    ['a large object', `{"a":"${'x'.repeat(40)}"}`, json, 'item_too_large'],
    ['an array that does not end', `[1,${'[2],'.repeat(1)}[[[[[[[[[[[[[[[[[[`, json, 'malformed_json'],
    ['something behind the array', `[1]${' '.repeat(20)}"a"`, json, 'malformed_json'],
    ['an empty slice at the end', `[1,2,${' '.repeat(18)}]`, json, 'malformed_json'],
  ])('refuses %s', async (_what, text, mediaType, code) => {
    const limits = { ...narrow, maxItems: 3, maxItemBytes: 20 }
    for (const size of [1, 7, 100])
      expect(await outcome(Buffer.from(text), mediaType, limits, size)).toBe(code)
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
