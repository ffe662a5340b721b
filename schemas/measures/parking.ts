import type { Measure, MeasureSet } from './measure.ts'

const inService = { where: { field: 'status', isNot: 'closed' } } as const

/** Levels are time-weighted per car park: a car park that reports on every change weighs no more than a quiet one. */
const level = (id: string, of: Measure['of']): Measure => ({
  id,
  op: 'mean_sum',
  of: of ?? id,
  given: ['capacity', 'occupied'],
  ...inService,
  unit: 'spaces',
})

export const parking: MeasureSet = {
  record: 'parking',
  measures: [
    level('occupied', 'occupied'),
    level('capacity', 'capacity'),
    level('free', { capacity: 1, occupied: -1 }),
    { id: 'exits', op: 'sum', of: 'exits', given: ['capacity'], ...inService, at: 'home', unit: '1' },
    { id: 'exits_capacity', op: 'mean_sum', of: 'capacity', given: ['exits'], ...inService, unit: 'spaces' },
    {
      id: 'occupancy_readings',
      op: 'count',
      of: 'occupied',
      given: ['capacity'],
      ...inService,
      at: 'home',
      unit: '1',
    },
  ],
}
