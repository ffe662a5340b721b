import type { Plan } from './plan.ts'
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
