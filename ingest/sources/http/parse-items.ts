import { CodedError, messageOf } from '../../../platform/errors.ts'
import { UnparsedLine } from '../../pipeline/normalise.ts'

export const jsonType = 'application/json'
export const ndjsonTypes: readonly string[] = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
]

/**
 * The items of a body: an object, an array, or one JSON text a line (blank lines do not count). A line that is not
 * JSON becomes an item of its own, to be refused by itself; anything else that is not JSON fails as a whole.
 * @throws CodedError `malformed_json`, `not_items`.
 */
export function parseItems(body: Buffer, mediaType: string): readonly unknown[] {
  const text = body.toString('utf8')
  return ndjsonTypes.includes(mediaType) ? parseLines(text) : parseDocument(text)
}

function parseDocument(text: string): readonly unknown[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new CodedError('malformed_json', messageOf(error))
  }
  if (Array.isArray(document)) return document
  if (typeof document === 'object' && document !== null) return [document]
  throw new CodedError(
    'not_items',
    `expected an object or an array, got ${JSON.stringify(document).slice(0, 80)}`,
  )
}

function parseLines(text: string): readonly unknown[] {
  const items: unknown[] = []
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(start, end)
    if (line.trim() !== '') items.push(parseLine(line))
    start = end + 1
  }
  return items
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    return new UnparsedLine(line, messageOf(error))
  }
}
