import { startStores } from '../../integration/started-stores.ts'
import type { Section } from '../section.ts'
import { aggregateBench } from './aggregate-bench.ts'

export const aggregateSection: Section = {
  name: 'aggregate',
  question:
    'what does it cost to aggregate a million readings, beside the plain loop that people write first?',
  async run({ readings }) {
    const stores = await startStores(['kafka', 'registry'])
    try {
      const rows = await aggregateBench({ ...process.env, ...stores.addresses }, readings)
      const baseline = rows.find(({ name }) => name === 'baseline')?.cpuSecondsPerMillion ?? Number.NaN
      const table = rows.map(row => ({
        name: row.name,
        readings: row.readings,
        'CPU s per million': Number(row.cpuSecondsPerMillion.toFixed(2)),
        'of the plain loop': Number((row.cpuSecondsPerMillion / baseline).toFixed(2)),
      }))
      return { table, results: rows }
    } finally {
      await stores.stop()
    }
  },
}
