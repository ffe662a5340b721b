import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatOf } from '../../../../ingest/sources/files/formats/formats.ts'
import { emptyPlan, type Plan } from '../../../../ingest/sources/files/plan.ts'
import { sourceFile } from '../../../../ingest/sources/files/source-file.ts'

const data = join(import.meta.dirname, '../../../../../shared/data')

async function read(path: string): Promise<Plan> {
  const file = await sourceFile(join(data, path))
  const format = formatOf(file)
  const plan = emptyPlan(format.dataset(file))
  await format.read(file, plan, { seed: 1, pdcpKbitVendors: [] })
  return plan
}

describe.skipIf(!existsSync(data))(
  'real files (skipped where the data is not at ../shared/data)',
  () => {
    it('reads a TS 28.532 file of a test system: one cell, two periods', async () => {
      const { readings, skipped } = await read('radio/keysight_rictest_28532_20241211.xml.gz')
      expect(readings.map(({ eventTimeMs }) => new Date(eventTimeMs).toISOString())).toEqual([
        '2024-12-11T09:34:23.000Z',
        '2024-12-11T09:35:23.000Z',
      ])
      expect(readings[0]!.values).toMatchObject({
        period_s: 60,
        drb_session_s: 11_084,
        prb_avail_dl: 14,
        suspect: false,
      })
      // The file says 21,780 kWh for a minute at 25 W: the power is believed.
      expect(readings[0]!.values.energy_kwh).toBeCloseTo((25 * 60) / 3.6e6, 12)
      expect(skipped.count('malformed_xml')).toBe(0)
    })

    it('reads a TS 32.435 file whose counters are all renamed: none is known', async () => {
      const { readings, skipped } = await read('radio/oransc_ericsson_style_32435_20230515.xml.gz')
      expect(readings).toEqual([])
      expect(skipped.list().map(({ reason }) => reason)).toEqual(['unknown_counter'])
      expect(skipped.list()[0]!.places).toContain('pmCounterNumber0')
    })

    it('reads every cell load', async () => {
      const { readings, assets, skipped } = await read('radio/CLdata_cell_load.csv.gz')
      expect([readings.length, assets.size, skipped.list()]).toEqual([125_575, 1_217, []])
    })

    it('registers every line', async () => {
      const { assets } = await read('grid/scigrid_de_lines.csv')
      const kilovolts = [...assets.values()].map(({ voltage_kv }) => voltage_kv)
      expect(kilovolts.filter(kv => kv === 220)).toHaveLength(402)
      expect(kilovolts.filter(kv => kv === 380)).toHaveLength(450)
    })
  },
  30_000,
)
