import { createHash } from 'node:crypto'
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { CodedError } from '../../platform/errors.ts'
import { isRecordId, type RecordId, recordIds } from '../../schemas/records/record.ts'
import { countyInForce, subtreeOf } from '../../schemas/regions/regions.ts'

/** One key of INGEST_KEYS; of the key itself only its hash is kept. */
export interface IngestKey {
  readonly name: string
  /** SHA-256 of the key, 32 bytes. */
  readonly hash: Buffer
  readonly records: ReadonlySet<RecordId>
  /** County codes in force. */
  readonly counties: ReadonlySet<string>
  /** Whether it may register and move assets. */
  readonly assets: boolean
  /** Whether it may give other keys' names as `source`: for replay and redrive. */
  readonly anySource: boolean
}

const minKeyBytes = 16
const fields = ['name', 'key', 'sha256', 'records', 'counties', 'assets', 'any_source']
const allCounties: ReadonlySet<string> = new Set(
  subtreeOf('370000')
    .filter(({ level }) => level === 'county')
    .map(({ code }) => code),
)

/**
 * The keys of a file, YAML or JSON: a list of `{name, key or sha256, records?, counties?, assets?, any_source?}`.
 * @throws CodedError `config_invalid` with every mistake and its line
 */
export function parseKeyFile(text: string, path: string): readonly IngestKey[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems = new Problems(lines)
  for (const { message, pos } of document.errors) problems.addAt(pos[0], message.split('\n', 1)[0] ?? message)
  const keys: IngestKey[] = []
  const { contents } = document
  if (document.errors.length === 0) {
    if (!isSeq(contents) || contents.items.length === 0) problems.add(contents, 'expected a list of keys')
    else for (const item of contents.items) addKey(keys, item as Node, problems)
  }
  if (problems.list.length > 0) {
    throw new CodedError('config_invalid', `INGEST_KEYS ${path}: ${problems.list.join('; ')}`, {
      hint: 'see docs/access.md, "Who may send"',
    })
  }
  return keys
}

export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

class Problems {
  readonly list: string[] = []
  private readonly lines: LineCounter

  constructor(lines: LineCounter) {
    this.lines = lines
  }

  add(node: Node | null | undefined, problem: string): void {
    this.addAt(node?.range?.[0] ?? 0, problem)
  }

  addAt(offset: number, problem: string): void {
    this.list.push(`line ${this.lines.linePos(offset).line || 1}: ${problem}`)
  }
}

function addKey(keys: IngestKey[], item: Node, problems: Problems): void {
  if (!isMap(item)) {
    problems.add(item, 'expected name, key and scope')
    return
  }
  const before = problems.list.length
  for (const { key } of item.items) {
    const field = isScalar(key) ? String(key.value) : ''
    if (!fields.includes(field)) {
      problems.add(key as Node, `${field} is none of ${fields.join(', ')}`)
    }
  }
  const name = nameOf(item, problems)
  const hash = hashOf(item, problems)
  const records = listOf(item, 'records', problems, recordsOf) ?? new Set(recordIds)
  const counties = listOf(item, 'counties', problems, countiesOf) ?? allCounties
  const assets = flagOf(item, 'assets', true, problems)
  const anySource = flagOf(item, 'any_source', false, problems)
  if (keys.some(known => known.name === name)) problems.add(item, `name ${name} is there twice`)
  if (hash && keys.some(known => known.hash.equals(hash))) problems.add(item, 'this key is there twice')
  if (problems.list.length > before || !hash) return
  keys.push({ name, hash, records, counties, assets, anySource })
}

function nodeOf(map: YAMLMap, field: string): Node | undefined {
  return map.get(field, true) as Node | undefined
}

function textIn(node: Node | undefined): string | undefined {
  if (!isScalar(node)) return undefined
  // County codes without quotes are numbers to YAML.
  return typeof node.value === 'string' || typeof node.value === 'number'
    ? (node.source ?? String(node.value))
    : undefined
}

function nameOf(map: YAMLMap, problems: Problems): string {
  const node = nodeOf(map, 'name')
  const name = textIn(node) ?? ''
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._:@/-]{0,63}$/u.test(name)) {
    problems.add(node ?? map, 'name: expected letters, digits and ._:@/- , at most 64 characters')
  }
  return name
}

function hashOf(map: YAMLMap, problems: Problems): Buffer | undefined {
  const plain = nodeOf(map, 'key')
  const hashed = nodeOf(map, 'sha256')
  if ((plain === undefined) === (hashed === undefined)) {
    problems.add(map, 'expected either key or sha256')
    return undefined
  }
  if (hashed !== undefined) {
    const hex = textIn(hashed) ?? ''
    if (/^[\da-f]{64}$/i.test(hex)) return Buffer.from(hex, 'hex')
    problems.add(hashed, 'sha256: expected 64 hexadecimal digits')
    return undefined
  }
  const key = textIn(plain) ?? ''
  if (/^[\x21-\x7e]*$/.test(key) && key.length >= minKeyBytes) return hashOfKey(key)
  problems.add(plain, `key: expected at least ${minKeyBytes} printable ASCII characters without spaces`)
  return undefined
}

/** What a list names; undefined where there is none. */
function listOf<T>(
  map: YAMLMap,
  field: string,
  problems: Problems,
  meaning: (text: string) => readonly T[] | string,
): ReadonlySet<T> | undefined {
  const node = nodeOf(map, field)
  if (node === undefined) return undefined
  const named = new Set<T>()
  if (!isSeq(node) || node.items.length === 0) problems.add(node, `${field}: expected a list`)
  else {
    for (const item of node.items as Node[]) {
      const found = meaning(textIn(item) ?? '')
      if (typeof found === 'string') problems.add(item, `${field}: ${found}`)
      else for (const each of found) named.add(each)
    }
  }
  return named
}

function recordsOf(text: string): readonly RecordId[] | string {
  return isRecordId(text) ? [text] : `${text} is none of ${recordIds.join(', ')}`
}

/** A county, or all counties of a city, a circle or the province. */
function countiesOf(text: string): readonly string[] | string {
  const county = countyInForce(text)
  if (county !== undefined) return [county]
  const below = subtreeOf(text).filter(({ level }) => level === 'county')
  return below.length > 0 ? below.map(({ code }) => code) : `${text} is not the code of a region`
}

function flagOf(map: YAMLMap, field: string, fallback: boolean, problems: Problems): boolean {
  const node = nodeOf(map, field)
  if (node === undefined) return fallback
  if (isScalar(node) && typeof node.value === 'boolean') return node.value
  problems.add(node, `${field}: expected true or false`)
  return fallback
}
