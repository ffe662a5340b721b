import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml'
import { suggestion } from './did-you-mean.ts'
import type { Mistake } from './mistake.ts'

/** Where in a file something stands, from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A key of a mapping, and what it is set to. */
export interface Entry {
  readonly key: Node
  /** The key where nothing follows it. */
  readonly value: Node
}

/**
 * Reads a YAML file node by node and gathers every mistake with its place instead of stopping at the first.
 * What reads a node returns undefined after it has reported one.
 */
export class YamlSource {
  readonly file: string
  readonly mistakes: Mistake[] = []
  readonly root: Node | null
  private readonly lines = new LineCounter()
  private readonly document: Document

  constructor(file: string, text: string) {
    this.file = file
    const document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false })
    this.document = document
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      this.mistakes.push({ ...this.at(pos[0]), code: 'yaml', message, hint: null })
    }
    this.root = document.errors.length === 0 ? document.contents : null
    if (document.errors.length === 0 && document.contents === null) {
      this.mistakes.push({ ...this.at(0), code: 'empty', message: 'the file is empty', hint: null })
    }
  }

  placeOf(node: Node): Place {
    return this.at(node.range?.[0] ?? 0)
  }

  report(node: Node | Place, code: string, message: string, hint: string | null = null): undefined {
    const place = isNode(node) ? this.placeOf(node) : node
    this.mistakes.push({ ...place, code, message, hint })
  }

  /** The entries of a mapping whose keys are known. @param required keys that must be there */
  mapping<K extends string>(
    node: Node,
    what: string,
    keys: readonly K[],
    required: readonly K[],
    foreign: Readonly<Record<string, string>> = {},
  ): ReadonlyMap<K, Entry> | undefined {
    const given = this.entries(node, what)
    if (!given) return undefined
    const known = new Map<K, Entry>()
    for (const [name, entry] of given) {
      const key = keys.find(candidate => candidate === name)
      if (key) known.set(key, entry)
      else {
        const hint = foreign[name] ?? suggestion(name, keys)
        this.report(entry.key, 'unknown_key', `${what} has no key ${name}`, hint)
      }
    }
    const missing = required.filter(key => !known.has(key))
    if (missing.length > 0) this.report(node, 'missing_key', `${what} lacks ${missing.join(', ')}`)
    return known
  }

  /** The entries of a mapping with any keys. */
  entries(node: Node, what: string): ReadonlyMap<string, Entry> | undefined {
    const map = this.resolved(node)
    if (!isMap(map)) return this.report(node, 'wrong_type', `${what} is not a mapping of keys to values`)
    const entries = new Map<string, Entry>()
    for (const { key, value } of map.items) {
      if (!isScalar(key)) this.report(node, 'wrong_type', `${what} has a key that is not a name`)
      else entries.set(String(key.source ?? key.value), { key, value: isNode(value) ? value : key })
    }
    return entries
  }

  isList(node: Node): boolean {
    return isSeq(this.resolved(node))
  }

  list(node: Node, what: string): readonly Node[] | undefined {
    const list = this.resolved(node)
    if (!isSeq(list)) return this.report(node, 'wrong_type', `${what} is not a list`)
    return list.items.filter(isNode)
  }

  /** A scalar as it is written, so that 370102 and "370102" are the same. */
  text(node: Node, what: string): string | undefined {
    const scalar = this.resolved(node)
    if (!isScalar(scalar)) return this.report(node, 'wrong_type', `${what} is not a text or number`)
    const text = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '')
    if (scalar.value === null || text.trim() === '') return this.report(node, 'empty', `${what} is empty`)
    return text
  }

  /** The same, of at most so many characters (UTF-16 units). */
  shortText(node: Node, what: string, longest: number): string | undefined {
    const text = this.text(node, what)
    if (text === undefined || text.length <= longest) return text
    return this.report(node, 'too_long', `${what} has ${text.length} characters, at most ${longest}`)
  }

  /** A text out of a closed list. */
  choice<C extends string>(node: Node, what: string, choices: readonly C[], code: string): C | undefined {
    const text = this.text(node, what)
    if (text === undefined) return undefined
    const choice = choices.find(candidate => candidate === text)
    return choice ?? this.report(node, code, `${what}: ${text} is unknown`, suggestion(text, choices))
  }

  private resolved(node: Node): Node | undefined {
    return isAlias(node) ? node.resolve(this.document) : node
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset)
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) }
  }
}
