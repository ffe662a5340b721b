import { timestampMs } from '../../../pipeline/timestamp.ts'
import { planForeignAsset } from '../foreign-mapping.ts'
import type { Format } from '../format.ts'
import { planReading } from '../plan.ts'
import type { SkipTally } from '../skip-tally.ts'
import type { SourceFile } from '../source-file.ts'
import { numberIn, readCsv, sibling, withOffset } from './csv-rows.ts'

const stationsName = 'BSinfo.csv'
/** Resource blocks of 180 kHz in nine tenths of the carrier (3GPP TS 36.104, table 5.6-1). */
const blocksPerMHz = 5
const periodS = 3600
/** The load is lowest between five and six: local time, taken as China's. */
const offset = '+08:00'

/**
 * Hourly load (0..1) of cells; their bandwidths are in the file beside it. prb_avail_dl follows from the bandwidth and
 * prb_used_dl = load x prb_avail_dl, so that the utilisation of many cells weighs each by its carrier.
 */
export const cellLoad: Format = {
  dataset: () => 'itu-cell-load',
  matches: file => file.head.startsWith('Time,BS,CellName,load'),
  async read(file, plan, { seed, onProgress }) {
    plan.notes.add('prb_avail_dl is derived from the bandwidth: 5 resource blocks a MHz')
    const blocks = await resourceBlocks(await sibling(file, stationsName), plan.skipped)
    const names = ['Time', 'BS', 'CellName', 'load']
    await readCsv(
      file,
      names,
      plan.skipped,
      ([time, station = '', cell = '', loadText], line) => {
        const sourceId = `${station}-${cell}`
        const available = blocks.get(sourceId)
        if (available === undefined) return plan.skipped.add('no_bandwidth', sourceId)
        const load = numberIn(loadText)
        const eventTimeMs = timestampMs(withOffset(time, offset))
        if (!Number.isFinite(load)) return plan.skipped.add('malformed_row', `${file.name}:${line}`)
        if (Number.isNaN(eventTimeMs)) return plan.skipped.add('event_time_invalid', `${file.name}:${line}`)
        const asset = { sourceId, record: 'radio_pm', kind: 'cell', place: station, name: sourceId } as const
        const assetId = planForeignAsset(plan, seed, { ...asset, period_s: periodS })
        const values = { period_s: periodS, prb_avail_dl: available, prb_used_dl: load * available }
        planReading(plan, { record: 'radio_pm', assetId, eventTimeMs, values })
      },
      onProgress,
    )
  },
}

async function resourceBlocks(stations: SourceFile, skipped: SkipTally): Promise<Map<string, number>> {
  const blocks = new Map<string, number>()
  await readCsv(stations, ['BS', 'CellName', 'Bandwidth'], skipped, ([station, cell, bandwidth]) => {
    const mhz = numberIn(bandwidth)
    if (mhz > 0) blocks.set(`${station}-${cell}`, mhz * blocksPerMHz)
  })
  return blocks
}
