import { expect, test } from 'vitest'
import { CellSpace } from '../../../api/cells/cell-space.ts'
import { windowsOf } from '../../../api/history/newest-windows.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import { regions } from '../../../schemas/regions/regions.ts'
import { minute, noon } from '../cells/windows.ts'

const row = {
  kpi: 'parking.occupancy_pct',
  region: '370100',
  window_start: noon,
  window_end: noon + minute,
  value: 40 as number | null,
  status: 'final' as const,
  revision: 1,
  version: 9,
  coverage: 1,
  readings: 3,
  event_time_max: noon,
}

test('rows of the same region, record and window become one window', () => {
  const windows = windowsOf(
    [
      row,
      { ...row, kpi: 'parking.free_spaces', value: null },
      { ...row, kpi: 'datacenter.pue', value: 1.3 },
      { ...row, kpi: 'parking.lots_reporting', window_start: noon - minute, window_end: noon, value: 2 },
      { ...row, kpi: 'forgotten.kpi' },
    ],
    new CellSpace(regions, kpis),
  )
  expect(windows.map(({ record, window_start, kpis: values }) => ({ record, window_start, values }))).toEqual(
    [
      {
        record: 'parking',
        window_start: noon,
        values: [
          { kpi: 'parking.occupancy_pct', value: 40 },
          { kpi: 'parking.free_spaces', value: null },
        ],
      },
      { record: 'facility', window_start: noon, values: [{ kpi: 'datacenter.pue', value: 1.3 }] },
      {
        record: 'parking',
        window_start: noon - minute,
        values: [{ kpi: 'parking.lots_reporting', value: 2 }],
      },
    ],
  )
})
