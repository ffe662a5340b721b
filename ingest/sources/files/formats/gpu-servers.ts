import { timestampMs } from '../../../pipeline/timestamp.ts'
import { planForeignAsset } from '../foreign-mapping.ts'
import type { Format } from '../format.ts'
import { planReading } from '../plan.ts'
import { numberIn, readCsv, withOffset } from './csv-rows.ts'

/**
 * Hourly means of GPU servers: power becomes it_power_w. The temperature is that of the GPUs, not of the air at the
 * inlet, and stays out. Times have no offset and are taken as UTC.
 */
export const gpuServers: Format = {
  dataset: () => 'cornell-gpu',
  matches: file => file.head.startsWith('name,timestamp,powerave,'),
  async read(file, plan, { seed, onProgress }) {
    plan.notes.add(
      'it_power_w is the power of the GPUs of a server; their temperature is not an inlet temperature',
    )
    await readCsv(
      file,
      ['name', 'timestamp', 'powerave'],
      plan.skipped,
      ([name = '', timestamp, powerText], line) => {
        const power = numberIn(powerText)
        const eventTimeMs = timestampMs(withOffset(timestamp, 'Z'))
        if (name === '' || !Number.isFinite(power)) {
          return plan.skipped.add('malformed_row', `${file.name}:${line}`)
        }
        if (Number.isNaN(eventTimeMs)) return plan.skipped.add('event_time_invalid', `${file.name}:${line}`)
        const asset = { sourceId: name, record: 'rack', kind: 'rack', place: 'machine room', name } as const
        const assetId = planForeignAsset(plan, seed, { ...asset, period_s: 3600 })
        planReading(plan, { record: 'rack', assetId, eventTimeMs, values: { it_power_w: power } })
      },
      onProgress,
    )
  },
}
