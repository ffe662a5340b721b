import { absentValues, suspectFields } from './doubts.ts'
import type { Field, RecordDefinition } from './record.ts'

const counts: readonly Field[] = [
  { name: 'capacity', type: 'long', min: 0, max: 100_000, doc: 'Spaces' },
  { name: 'occupied', type: 'long', min: 0, max: 100_000, doc: 'Occupied spaces' },
  { name: 'entries', type: 'long', min: 0, max: 1_000_000, doc: 'Vehicles in since the reading before' },
  { name: 'exits', type: 'long', min: 0, max: 1_000_000, doc: 'Vehicles out since the reading before' },
]

const hasSpaces = { field: 'capacity', above: { times: 0 } } as const

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
    ...counts,
    ...suspectFields,
  ],
  rules: [{ lesser: 'occupied', greater: 'capacity' }],
  suspectField: 'suspect',
  doubts: [
    ...absentValues(counts),
    {
      reason: 'no_spaces',
      doc: 'It has no spaces and does not say that it is closed: a controller that knows nothing yet',
      when: [
        { field: 'capacity', is: [0] },
        { field: 'status', is: ['open', 'unknown', null] },
      ],
    },
    {
      reason: 'capacity_unlike_registered',
      doc: 'More than 1.5 times the registered spaces; more than 20,000 where none are registered',
      when: [{ field: 'capacity', above: { times: 1.5, registered: 'capacity', otherwise: 20_000 } }],
    },
    {
      reason: 'capacity_unlike_registered',
      doc: 'Less than a tenth of the registered spaces: a digit is lost',
      when: [hasSpaces, { field: 'capacity', below: { times: 0.1, registered: 'capacity' } }],
    },
    ...['entries', 'exits'].map(field => ({
      reason: 'flow_beyond_spaces',
      doc: 'More entries or exits than 24 of each space: a counter that was not set back',
      when: [hasSpaces, { field, above: { times: 24, field: 'capacity' } }] as const,
    })),
  ],
  registeredBounds: [
    { field: 'capacity', property: 'capacity', times: 2 },
    { field: 'occupied', property: 'capacity', times: 2 },
  ],
}
