import { CodedError } from '../../../platform/errors.ts'
import { cellLoad } from './formats/cell-load.ts'
import { coolingHeat } from './formats/cooling-heat.ts'
import { declined } from './formats/declined.ts'
import { gpuServers } from './formats/gpu-servers.ts'
import { gridLines } from './formats/grid-lines.ts'
import { ownRecords } from './formats/own-records.ts'
import { parkingChanges } from './formats/parking-changes.ts'
import type { Plan } from './plan.ts'
import { pmXml } from './pm/pm-xml.ts'
import type { SourceFile } from './source-file.ts'

export interface ReadOptions {
  /** Of the mapping of foreign assets onto counties. */
  readonly seed: number
  /** Vendors (`vendorName` of PM files) that count PDCP volumes in kbit instead of Mbit. */
  readonly pdcpKbitVendors: readonly string[]
  readonly onProgress?: (bytes: number) => void
}

/** One kind of file: how it is told, and how its rows become readings. */
export interface Format {
  /** Names the data set in asset ids and in `source`. */
  readonly dataset: (file: SourceFile) => string
  /** Told by content, never by name. */
  readonly matches: (file: SourceFile) => boolean
  readonly read: (file: SourceFile, plan: Plan, options: ReadOptions) => Promise<void>
}

export const formats: readonly Format[] = [
  parkingChanges,
  gpuServers,
  coolingHeat,
  cellLoad,
  gridLines,
  pmXml,
  ownRecords,
]

/** @throws CodedError `file_declined` with the reason, `file_unknown`. */
export function formatOf(file: SourceFile): Format {
  const format = formats.find(candidate => candidate.matches(file))
  if (format) return format
  const reason = declined.find(candidate => file.head.startsWith(candidate.header))?.reason
  if (reason) throw new CodedError('file_declined', `${file.path}: ${reason}`)
  throw new CodedError('file_unknown', `${file.path}: none of the known formats`, {
    hint: 'see docs/replay.md',
  })
}
