import { planForeignAsset } from '../foreign-mapping.ts'
import type { Format } from '../format.ts'
import { numberIn, readCsv } from './csv-rows.ts'

/** A register of transmission lines: assets only, it tells of no inspection. */
export const gridLines: Format = {
  dataset: () => 'scigrid-de',
  matches: file => file.head.startsWith('name,bus0,bus1,type,s_nom,length'),
  async read(file, plan, { seed, onProgress }) {
    await readCsv(
      file,
      ['name', 'length', 'voltage', 'osm_name'],
      plan.skipped,
      ([sourceId = '', length, voltage, name], line) => {
        const kilometres = numberIn(length)
        const volts = numberIn(voltage)
        if (sourceId === '' || !(kilometres > 0) || !(volts > 0)) {
          return plan.skipped.add('malformed_row', `${file.name}:${line}`)
        }
        planForeignAsset(plan, seed, {
          sourceId,
          record: 'grid_inspection',
          kind: 'line',
          name: name || `line ${sourceId}`,
          length_km: kilometres,
          voltage_kv: volts / 1000,
        })
      },
      onProgress,
    )
  },
}
