import type { MeasureSet } from './measure.ts'

const stretch = { to_km: 1, from_km: -1 }

export const gridInspection: MeasureSet = {
  record: 'grid_inspection',
  measures: [
    { id: 'inspected_km', op: 'sum', of: stretch, unit: 'km' },
    {
      id: 'unmanned_km',
      op: 'sum',
      of: stretch,
      where: { field: 'method', is: 'unmanned' },
      unit: 'km',
    },
    { id: 'images', op: 'sum', of: 'images', unit: '1' },
  ],
}

export const gridDefect: MeasureSet = {
  record: 'grid_defect',
  measures: [
    { id: 'opened', op: 'count', where: { field: 'state', is: 'open' }, unit: '1' },
    { id: 'closed', op: 'count', where: { field: 'state', is: 'closed' }, unit: '1' },
  ],
}
