import type { RecordDefinition } from './record.ts'

/** One rack, one moment (DMTF Redfish PowerDistributionMetrics, EnvironmentMetrics). */
export const rack: RecordDefinition = {
  id: 'rack',
  feed: 'datacenter',
  doc: 'Power and environment of one rack (DMTF Redfish PowerDistributionMetrics, EnvironmentMetrics)',
  periodic: true,
  kinds: ['rack'],
  fields: [
    { name: 'it_power_w', type: 'double', min: 0, max: 500_000, doc: 'IT power, W' },
    { name: 'inlet_temp_c', type: 'double', min: -20, max: 80, doc: 'Inlet air temperature, °C' },
    { name: 'humidity_pct', type: 'double', min: 0, max: 100, doc: 'Relative humidity, %' },
    { name: 'in_use', type: 'boolean', doc: 'The rack carries customer load' },
    {
      name: 'suspect',
      type: 'boolean',
      doc: 'The device marked its values as unreliable, or ingest doubts them',
    },
    { name: 'suspect_reason', type: 'string', setByIngest: true, doc: 'Why ingest doubts them' },
  ],
  rules: [],
  suspectField: 'suspect',
  doubts: [
    {
      reason: 'absent_sensor',
      doc: 'No power, and 0 °C at the inlet: what a controller reads where nothing is connected',
      when: { inlet_temp_c: [0], it_power_w: [0, null] },
    },
  ],
  // Twice its rated power, kW.
  registeredBounds: [{ field: 'it_power_w', property: 'capacity', times: 2_000 }],
}

/** 2 GW all day, kWh: more than any data centre. */
const maxEnergy = 48_000_000

/** Energy of one data-centre facility and period (ISO/IEC 30134-2). */
export const facility: RecordDefinition = {
  id: 'facility',
  feed: 'datacenter',
  doc: 'Energy of one data-centre facility over one period (ISO/IEC 30134-2)',
  periodic: true,
  kinds: ['facility'],
  fields: [
    { name: 'period_s', type: 'long', min: 1, max: 86_400, doc: 'Metering period, s' },
    {
      name: 'total_energy_kwh',
      type: 'double',
      min: 0,
      max: maxEnergy,
      doc: 'Energy of the whole facility, kWh',
    },
    { name: 'it_energy_kwh', type: 'double', min: 0, max: maxEnergy, doc: 'Energy of the IT equipment, kWh' },
    { name: 'cooling_energy_kwh', type: 'double', min: 0, max: maxEnergy, doc: 'Energy of the cooling, kWh' },
  ],
  rules: [
    { lesser: 'it_energy_kwh', greater: 'total_energy_kwh' },
    { lesser: 'cooling_energy_kwh', greater: 'total_energy_kwh' },
  ],
  // Twice its rated power, kW, all the time: what is more is no energy of the period, such as the register of a meter.
  registeredBounds: ['total_energy_kwh', 'it_energy_kwh', 'cooling_energy_kwh'].map(field => ({
    field,
    property: 'capacity',
    times: 2,
    period: 'period_s',
  })),
}
