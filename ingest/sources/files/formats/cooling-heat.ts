import { timestampMs } from '../../../pipeline/timestamp.ts'
import { planForeignAsset } from '../foreign-mapping.ts'
import type { Format } from '../format.ts'
import { planReading } from '../plan.ts'
import { numberIn, readCsv } from './csv-rows.ts'

const minuteS = 60

/**
 * Heat carried away from one machine room by air and by liquid, kW, a row a minute: cooling_energy_kwh is that heat over
 * the minute. Neither the total nor the IT energy is in it, so both are null and no PUE follows.
 */
export const coolingHeat: Format = {
  dataset: () => 'nrel-cooling',
  matches: file => file.head.startsWith('time,air_heat_kw,'),
  async read(file, plan, { seed, onProgress }) {
    plan.notes.add(
      'cooling_energy_kwh is heat carried away, not electricity; total and IT energy are unknown',
    )
    const asset = { sourceId: 'esif-hpcdc', record: 'facility', kind: 'facility' } as const
    const assetId = planForeignAsset(plan, seed, {
      ...asset,
      name: 'ESIF HPC data centre',
      period_s: minuteS,
    })
    await readCsv(
      file,
      ['time', 'air_heat_kw', 'liquid_heat_kw'],
      plan.skipped,
      ([time, air, liquid], line) => {
        const where = `${file.name}:${line}`
        const heats = [numberIn(air), numberIn(liquid)]
        const kw = heats.reduce((sum, heat) => sum + heat, 0)
        const eventTimeMs = timestampMs(time)
        if (!Number.isFinite(kw)) return plan.skipped.add('malformed_row', where)
        if (Number.isNaN(eventTimeMs)) return plan.skipped.add('event_time_invalid', where)
        if (heats.some(heat => heat < 0)) return plan.skipped.add('negative_heat', where)
        const values = { period_s: minuteS, cooling_energy_kwh: (kw * minuteS) / 3600 }
        planReading(plan, { record: 'facility', assetId, eventTimeMs, values })
      },
      onProgress,
    )
  },
}
