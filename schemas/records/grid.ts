import { suspectFields } from './doubts.ts'
import type { RecordDefinition } from './record.ts'

/** A stretch of a transmission line that was inspected. */
export const gridInspection: RecordDefinition = {
  id: 'grid_inspection',
  feed: 'grid',
  doc: 'A stretch of a transmission line that was inspected (DL/T 741, DL/T 1482)',
  periodic: false,
  kinds: ['line'],
  identity: ['from_km', 'to_km'],
  fields: [
    {
      name: 'method',
      type: 'enum',
      values: ['unmanned', 'manned'],
      required: true,
      doc: 'Unmanned: drone, robot or fixed camera',
    },
    {
      name: 'from_km',
      type: 'double',
      min: 0,
      max: 10_000,
      required: true,
      doc: 'Start of the stretch along the line, km',
    },
    {
      name: 'to_km',
      type: 'double',
      min: 0,
      max: 10_000,
      required: true,
      doc: 'End of the stretch along the line, km',
    },
    { name: 'images', type: 'long', min: 0, max: 10_000_000, doc: 'Pictures taken' },
    ...suspectFields,
  ],
  rules: [{ lesser: 'from_km', greater: 'to_km' }],
  suspectField: 'suspect',
  doubts: [
    {
      reason: 'beyond_line',
      doc: 'It ends more than a tenth behind the registered end of its line; behind km 1,000 where no length is registered',
      when: [{ field: 'to_km', above: { times: 1.1, registered: 'length_km', otherwise: 1_000 } }],
    },
  ],
  // Lengths along the line and on the map differ by the sag and by slopes.
  registeredBounds: [{ field: 'to_km', property: 'length_km', times: 1.25 }],
}

/**
 * A defect found on a line: a reading each time it is opened, regraded or closed. Nothing of it is doubted: a report that is
 * left out would hide a defect that somebody has to mend.
 */
export const gridDefect: RecordDefinition = {
  id: 'grid_defect',
  feed: 'grid',
  doc: 'A defect of a transmission line, each time it is opened, regraded or closed (DL/T 741)',
  periodic: false,
  kinds: ['line'],
  identity: ['defect_id', 'state'],
  fields: [
    { name: 'defect_id', type: 'string', required: true, doc: 'One defect, however often it is reported' },
    {
      name: 'grade',
      type: 'enum',
      values: ['general', 'serious', 'critical'],
      required: true,
      doc: '一般, 严重, 危急',
    },
    { name: 'state', type: 'enum', values: ['open', 'closed'], required: true, doc: 'Open or closed' },
    { name: 'found_at', type: 'timestamp', required: true, doc: 'When it was found' },
    { name: 'closed_at', type: 'timestamp', doc: 'When it was closed' },
  ],
  rules: [{ lesser: 'found_at', greater: 'closed_at' }],
}
