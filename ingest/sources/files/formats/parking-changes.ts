import { timestampMs } from '../../../pipeline/timestamp.ts'
import { planForeignAsset } from '../foreign-mapping.ts'
import type { Format } from '../format.ts'
import { planReading } from '../plan.ts'
import type { SkipTally } from '../skip-tally.ts'
import type { SourceFile } from '../source-file.ts'
import { numberIn, readCsv, sibling } from './csv-rows.ts'

const metaName = 'de_meta-data.csv'
/** The collection asked every car park about every five minutes and kept changes: a quiet one is silent for hours. */
const periodS = 3600

/**
 * Free spaces of German car parks, one row a change; capacities are in the meta-data beside it. occupied = capacity -
 * free, as it is: free spaces below zero or above the capacity become readings that ingest refuses, and stay visible.
 */
export const parkingChanges: Format = {
  dataset: () => 'de-parking',
  matches: file => file.head.startsWith('timestamp,place_id,free'),
  async read(file, plan, { seed, onProgress }) {
    const lots = await capacities(await sibling(file, metaName), plan.skipped)
    const ids = new Map<string, string>()
    await readCsv(
      file,
      ['timestamp', 'place_id', 'free'],
      plan.skipped,
      ([timestamp, placeId = '', freeText], line) => {
        const lot = lots.get(placeId)
        if (!lot) return plan.skipped.add('no_capacity', placeId)
        const free = numberIn(freeText)
        const eventTimeMs = timestampMs(timestamp)
        if (!Number.isFinite(free)) return plan.skipped.add('malformed_row', `${file.name}:${line}`)
        if (Number.isNaN(eventTimeMs)) return plan.skipped.add('event_time_invalid', `${file.name}:${line}`)
        let assetId = ids.get(placeId)
        if (!assetId) {
          const { name, capacity } = lot
          const asset = { sourceId: placeId, record: 'parking', kind: 'lot', name, capacity } as const
          assetId = planForeignAsset(plan, seed, { ...asset, period_s: periodS })
          ids.set(placeId, assetId)
        }
        const values = { capacity: lot.capacity, occupied: lot.capacity - free }
        planReading(plan, { record: 'parking', assetId, eventTimeMs, values })
      },
      onProgress,
    )
  },
}

interface Lot {
  readonly name: string
  readonly capacity: number
}

async function capacities(meta: SourceFile, skipped: SkipTally): Promise<Map<string, Lot>> {
  const lots = new Map<string, Lot>()
  await readCsv(meta, ['place_id', 'place_name', 'num_all'], skipped, ([id, name, spaces]) => {
    const capacity = numberIn(spaces)
    if (id && capacity > 0) lots.set(id, { name: name || id, capacity })
  })
  return lots
}
