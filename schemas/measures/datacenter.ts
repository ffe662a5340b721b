import type { MeasureSet } from './measure.ts'

/** ASHRAE TC 9.9 recommended inlet range for classes A1 to A4, °C, both ends included. */
const recommendedInletC = [18, 27] as const

export const rack: MeasureSet = {
  record: 'rack',
  measures: [
    { id: 'it_power_w', op: 'mean_sum', of: 'it_power_w', unit: 'W' },
    { id: 'it_power_readings', op: 'count', of: 'it_power_w', at: 'home', unit: '1' },
    { id: 'in_use', op: 'count', where: { field: 'in_use', is: true }, unit: '1' },
    { id: 'in_use_readings', op: 'count', of: 'in_use', unit: '1' },
    {
      id: 'inlet_in_band',
      op: 'count',
      where: { field: 'inlet_temp_c', between: recommendedInletC },
      unit: '1',
    },
    { id: 'inlet_readings', op: 'count', of: 'inlet_temp_c', unit: '1' },
    { id: 'inlet_max_c', op: 'max', of: 'inlet_temp_c', unit: '°C' },
    {
      id: 'racks_in_use',
      op: 'share_sum',
      of: 'in_use',
      where: { field: 'in_use', is: true },
      unit: 'racks',
    },
    { id: 'racks_of_known_use', op: 'share_sum', of: 'in_use', unit: 'racks' },
    {
      id: 'racks_in_band',
      op: 'share_sum',
      of: 'inlet_temp_c',
      where: { field: 'inlet_temp_c', between: recommendedInletC },
      unit: 'racks',
    },
    { id: 'racks_of_known_inlet', op: 'share_sum', of: 'inlet_temp_c', unit: 'racks' },
  ],
}

export const facility: MeasureSet = {
  record: 'facility',
  measures: [
    { id: 'total_energy_kwh', op: 'sum', of: 'total_energy_kwh', given: ['it_energy_kwh'], unit: 'kWh' },
    { id: 'it_energy_kwh', op: 'sum', of: 'it_energy_kwh', given: ['total_energy_kwh'], unit: 'kWh' },
    { id: 'cooling_energy_kwh', op: 'sum', of: 'cooling_energy_kwh', unit: 'kWh' },
  ],
}
