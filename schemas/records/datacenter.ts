import { absentValues, suspectFields } from './doubts.ts'
import type { Field, RecordDefinition } from './record.ts'

const itPower: Field = { name: 'it_power_w', type: 'double', min: 0, max: 500_000, doc: 'IT power, W' }

/** One rack, one moment (DMTF Redfish PowerDistributionMetrics, EnvironmentMetrics). */
export const rack: RecordDefinition = {
  id: 'rack',
  feed: 'datacenter',
  doc: 'Power and environment of one rack (DMTF Redfish PowerDistributionMetrics, EnvironmentMetrics)',
  periodic: true,
  kinds: ['rack'],
  fields: [
    itPower,
    { name: 'inlet_temp_c', type: 'double', min: -20, max: 80, doc: 'Inlet air temperature, °C' },
    { name: 'humidity_pct', type: 'double', min: 0, max: 100, doc: 'Relative humidity, %' },
    { name: 'in_use', type: 'boolean', doc: 'The rack carries customer load' },
    ...suspectFields,
  ],
  rules: [],
  suspectField: 'suspect',
  doubts: [
    {
      reason: 'absent_sensor',
      doc: 'No power, and 0 °C at the inlet: what a controller reads where nothing is connected',
      when: [
        { field: 'inlet_temp_c', is: [0] },
        { field: 'it_power_w', is: [0, null] },
      ],
    },
    ...absentValues([itPower]),
    {
      reason: 'above_rated',
      doc: 'More than 1.25 times its rated power, which a breaker would not carry; 200 kW where that is not registered',
      when: [{ field: 'it_power_w', above: { times: 1_250, registered: 'capacity', otherwise: 200_000 } }],
    },
  ],
  // Twice its rated power, kW.
  registeredBounds: [{ field: 'it_power_w', property: 'capacity', times: 2_000 }],
}

/** @param max 2 GW all day, kWh: more than any data centre */
const energy = (name: string, doc: string, max = 48_000_000): Field => ({
  name,
  type: 'double',
  min: 0,
  max,
  doc,
})
const energies = [
  energy('total_energy_kwh', 'Energy of the whole facility, kWh'),
  energy('it_energy_kwh', 'Energy of the IT equipment, kWh'),
  energy('cooling_energy_kwh', 'Energy of the cooling, kWh'),
]

/** Energy of one data-centre facility and period (ISO/IEC 30134-2). */
export const facility: RecordDefinition = {
  id: 'facility',
  feed: 'datacenter',
  doc: 'Energy of one data-centre facility over one period (ISO/IEC 30134-2)',
  periodic: true,
  kinds: ['facility'],
  fields: [
    { name: 'period_s', type: 'long', min: 1, max: 86_400, doc: 'Metering period, s' },
    ...energies,
    ...suspectFields,
  ],
  rules: [
    { lesser: 'it_energy_kwh', greater: 'total_energy_kwh' },
    { lesser: 'cooling_energy_kwh', greater: 'total_energy_kwh' },
  ],
  suspectField: 'suspect',
  doubts: [
    ...absentValues(energies),
    {
      reason: 'absent_meter',
      doc: 'No energy at all: what is read where no meter is connected',
      when: [
        { field: 'total_energy_kwh', is: [0] },
        { field: 'it_energy_kwh', is: [0, null] },
      ],
    },
    ...energies.map(({ name }) => ({
      reason: 'above_rated',
      doc: 'An energy is more than 1.25 times its rated power gives in the period; 200 MW where that is not registered',
      when: [
        {
          field: name,
          above: { times: 1.25, registered: 'capacity', otherwise: 200_000, period: 'period_s' },
        },
      ] as const,
    })),
    {
      reason: 'pue_implausible',
      doc: 'A PUE above 5, or of any energy without IT: the meter of the IT equipment is missing or of another unit',
      when: [{ field: 'total_energy_kwh', above: { times: 5, field: 'it_energy_kwh' } }],
    },
    {
      reason: 'pue_implausible',
      doc: 'A PUE below 1.01, better than immersion cooling: one meter sent as both',
      when: [
        { field: 'total_energy_kwh', below: { times: 1.01, field: 'it_energy_kwh' } },
        { field: 'total_energy_kwh', above: { times: 0 } },
      ],
    },
  ],
  // Twice its rated power, kW, all the time: what is more is no energy of the period, such as the register of a meter.
  registeredBounds: energies.map(({ name }) => ({
    field: name,
    property: 'capacity',
    times: 2,
    period: 'period_s',
  })),
}
