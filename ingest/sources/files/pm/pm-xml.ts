import { StringDecoder } from 'node:string_decoder'
import { CodedError, messageOf } from '../../../../platform/errors.ts'
import { planForeignAsset } from '../foreign-mapping.ts'
import type { Format } from '../format.ts'
import { type Plan, planReading } from '../plan.ts'
import type { SourceFile } from '../source-file.ts'
import { CellJoin } from './cell-join.ts'
import { PmParser } from './pm-parser.ts'

const root = /<(?:[\w.-]+:)?(?:measCollecFile|measDataFile)[\s>]/

/** Performance management files of 5G elements, 3GPP TS 32.435 or TS 28.532 XML with TS 28.552 counters. */
export const pmXml: Format = {
  dataset: () => 'pm',
  matches: file => root.test(file.head),
  async read(file, plan, { seed, pdcpKbitVendors, onProgress }) {
    const join = new CellJoin(plan.skipped, pdcpKbitVendors)
    await parse(file, plan, new PmParser(row => join.add(row)), onProgress)
    for (const { dnPrefix, element, cell, endMs, periodS, fields, suspect } of join.readings()) {
      const place = [dnPrefix, `ManagedElement=${element}`].filter(part => part !== '').join(',')
      const sourceId = `${place},NRCell=${cell}`
      const name = `${element} cell ${cell}`
      const asset = { sourceId, record: 'radio_pm', kind: 'cell', place, name, period_s: periodS } as const
      const assetId = planForeignAsset(plan, seed, asset)
      const values = { period_s: periodS, ...fields, suspect }
      planReading(plan, { record: 'radio_pm', assetId, eventTimeMs: endMs, values })
    }
  },
}

/** Rows that came before the XML broke are kept: each is complete. */
async function parse(
  file: SourceFile,
  plan: Plan,
  parser: PmParser,
  onProgress?: (bytes: number) => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let prologue: string | undefined = ''
  try {
    for await (const chunk of file.read(onProgress)) {
      const text = decoder.write(chunk)
      if (prologue === undefined) {
        parser.write(text)
        continue
      }
      // Some elements write a processing instruction before the XML declaration, which no parser may accept: all that
      // is before the root element is left out.
      prologue += text
      const start = prologue.search(root)
      if (start < 0) continue
      parser.write(prologue.slice(start))
      prologue = undefined
    }
    parser.end()
  } catch (error) {
    if (error instanceof CodedError && error.code === 'xml_too_large') {
      throw new CodedError(error.code, `${file.path}: ${error.message}`)
    }
    if (error instanceof CodedError && error.code !== 'file_unreadable') throw error
    plan.skipped.add('malformed_xml', `${file.name}: ${messageOf(error)}`)
  }
}
