import { SaxesParser } from 'saxes'
import { CodedError } from '../../../../platform/errors.ts'
import { timestampMs } from '../../../pipeline/timestamp.ts'
import { maxPartBytes } from '../lines.ts'

/** One measValue: the counters of one object and granularity period. */
export interface PmRow {
  readonly vendor: string
  readonly dnPrefix: string
  /** The managed element's own name. */
  readonly element: string
  /** measObjLdn; empty where the row is about the whole element. */
  readonly object: string
  /** End of the period, epoch ms; NaN where it cannot be read. */
  readonly endMs: number
  /** NaN where it cannot be read. */
  readonly periodS: number
  readonly counters: readonly (readonly [name: string, text: string])[]
  readonly suspect: boolean
}

const dayMs = 86_400_000
/** Elements within elements; the formats need eight. */
const maxDepth = 64
/** Counters of one object; an element has a few hundred. */
const maxCounters = 20_000

/**
 * Feeds on XML text in pieces and calls `onRow` for every measValue, in both dialects: TS 32.435 (measCollecFile) and
 * TS 28.532 (measDataFile). They differ in the names around the rows, not in the rows.
 */
export class PmParser {
  private readonly sax = new SaxesParser()
  private readonly onRow: (row: PmRow) => void
  private text = ''
  private vendor = ''
  private dnPrefix = ''
  private element = ''
  private endMs = Number.NaN
  private periodS = Number.NaN
  private types = new Map<string, string>()
  private typeList: string[] = []
  private position = ''
  private object = ''
  private counters: [string, string][] = []
  private suspect = false
  private depth = 0
  /** Where the last tag was, characters. */
  private lastTagAt = 0

  constructor(onRow: (row: PmRow) => void) {
    this.onRow = onRow
    this.sax.on('error', error => {
      throw error
    })
    this.sax.on('opentag', ({ name, attributes }) => this.open(local(name), attributes))
    this.sax.on('text', text => {
      this.text += text
    })
    this.sax.on('closetag', ({ name }) => this.close(local(name)))
  }

  /** @throws Error where the XML is not well-formed. @throws CodedError `xml_too_large` where a part has no end. */
  write(text: string): void {
    this.sax.write(text)
    const { position } = this.sax
    if (position - this.lastTagAt > maxPartBytes)
      throw this.tooLarge('characters between two tags', maxPartBytes)
  }

  /** @throws Error where the XML ends early. */
  end(): void {
    this.sax.close()
  }

  private open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.text = ''
    this.lastTagAt = this.sax.position
    if (++this.depth > maxDepth) throw this.tooLarge('elements within one another', maxDepth)
    switch (name) {
      case 'fileHeader':
        this.vendor = attributes.vendorName ?? ''
        this.dnPrefix = attributes.dnPrefix ?? ''
        break
      case 'managedElement':
      case 'measEntity':
        this.element = lastValue(attributes.localDn ?? '')
        break
      case 'measInfo':
        this.types = new Map()
        this.typeList = []
        this.endMs = Number.NaN
        this.periodS = Number.NaN
        break
      case 'granPeriod':
        this.endMs = endOf(attributes.endTime ?? '')
        this.periodS = durationS(attributes.duration ?? '')
        break
      case 'measValue':
        this.object = attributes.measObjLdn ?? ''
        this.counters = []
        this.suspect = false
        break
      case 'measType':
      case 'r':
        this.position = attributes.p ?? ''
        break
    }
  }

  private close(name: string): void {
    const text = this.text.trim()
    this.text = ''
    this.lastTagAt = this.sax.position
    this.depth--
    switch (name) {
      case 'measType':
        this.types.set(this.position, text)
        this.checkCounters()
        break
      case 'measTypes':
        this.typeList = text.split(/\s+/)
        break
      case 'r':
        this.counters.push([this.types.get(this.position) ?? '', text])
        this.checkCounters()
        break
      case 'measResults':
        this.counters.push(...text.split(/\s+/).map((value, i) => pair(this.typeList[i], value)))
        break
      case 'suspect':
        // xs:boolean is written as a number too, and some elements write capitals.
        this.suspect = /^(true|1)$/i.test(text)
        break
      case 'measValue':
        this.emit()
        break
    }
  }

  private tooLarge(what: string, most: number): CodedError {
    const place = `line ${this.sax.line}, column ${this.sax.column}`
    return new CodedError('xml_too_large', `${place}: ${what}: more than ${most}`)
  }

  private checkCounters(): void {
    if (this.types.size <= maxCounters && this.counters.length <= maxCounters) return
    throw this.tooLarge('counters of one object', maxCounters)
  }

  private emit(): void {
    const { vendor, dnPrefix, element, object, endMs, periodS, counters, suspect } = this
    this.onRow({ vendor, dnPrefix, element, object, endMs, periodS, counters, suspect })
  }
}

function pair(name: string | undefined, value: string): [string, string] {
  return [name ?? '', value]
}

/** Element names may carry a namespace prefix. */
function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** `ManagedElement=GNB-1` -> `GNB-1`. */
function lastValue(dn: string): string {
  return dn.slice(dn.lastIndexOf('=') + 1)
}

/** An ISO 8601 duration of days, hours, minutes and seconds, in seconds; NaN for anything else. */
/**
 * Epoch ms of a dateTime of XML Schema, which may be the end of a day (24:00:00: the beginning of the next one), with an
 * offset that may lack its colon; NaN where it cannot be read.
 */
function endOf(text: string): number {
  const time = text.trim().replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
  const midnight = time.replace(/T24:00:00(?:\.0+)?(?=[Zz+-])/, 'T00:00:00')
  return timestampMs(midnight) + (midnight === time ? 0 : dayMs)
}

export function durationS(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  if (!match) return Number.NaN
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match
  const sum = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sum > 0 ? sum : Number.NaN
}
