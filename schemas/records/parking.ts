import type { RecordDefinition } from './record.ts'

/** One car park, one moment (FIWARE OffStreetParking, DATEX II). */
export const parking: RecordDefinition = {
  id: 'parking',
  feed: 'parking',
  doc: 'Occupancy of one car park (FIWARE OffStreetParking, DATEX II)',
  periodic: true,
  kinds: ['lot'],
  fields: [
    {
      name: 'status',
      type: 'enum',
      values: ['open', 'closed', 'unknown'],
      doc: 'A closed car park has no spaces in service',
    },
    { name: 'capacity', type: 'long', min: 0, max: 100_000, doc: 'Spaces' },
    { name: 'occupied', type: 'long', min: 0, max: 100_000, doc: 'Occupied spaces' },
    { name: 'entries', type: 'long', min: 0, max: 1_000_000, doc: 'Vehicles in since the reading before' },
    { name: 'exits', type: 'long', min: 0, max: 1_000_000, doc: 'Vehicles out since the reading before' },
  ],
  rules: [{ lesser: 'occupied', greater: 'capacity' }],
  registeredBounds: [
    { field: 'capacity', property: 'capacity', times: 2 },
    { field: 'occupied', property: 'capacity', times: 2 },
  ],
}
