import { assetKinds, type Field, recordIds } from '../../schemas/records/record.ts'

const text = (name: string, doc: string): Field => ({ name, type: 'string', doc })
const time = (name: string, doc: string): Field => ({ name, type: 'timestamp', doc })

/** The fields of an asset at the door, in the order of `registry.assets`; `updated_at` is set by ingest. */
export const assetFields: readonly Field[] = [
  { name: 'asset_id', type: 'string', required: true, doc: 'Unique in the province' },
  {
    name: 'record',
    type: 'enum',
    values: recordIds,
    required: true,
    doc: 'Record type whose coverage it counts in',
  },
  { name: 'kind', type: 'enum', values: assetKinds, required: true, doc: 'What it is' },
  {
    name: 'county',
    type: 'string',
    required: true,
    doc: 'GB/T 2260 county code; retired codes become their successors',
  },
  text('name', 'For people'),
  { name: 'lat', type: 'double', min: -90, max: 90, doc: 'Degrees, WGS 84' },
  { name: 'lon', type: 'double', min: -180, max: 180, doc: 'Degrees, WGS 84' },
  { name: 'period_s', type: 'long', min: 1, max: 366 * 86_400, doc: 'Expected reporting period, s' },
  { name: 'capacity', type: 'double', min: 0, max: 1e9, doc: 'Spaces, or kW' },
  { name: 'length_km', type: 'double', min: 0, max: 10_000, doc: 'Length of a line, km' },
  { name: 'voltage_kv', type: 'double', min: 0, max: 2_000, doc: 'Nominal voltage, kV' },
  time('commissioned_at', 'In service from'),
  time('retired_at', 'In service until'),
  text('source_dataset', 'For replayed data: the data set it is from'),
  text('source_id', 'For replayed data: its id there'),
]

/** Letters and digits of any script, and the punctuation of distinguished names and URNs; 128 at most. */
export const assetIdPattern = /^[\p{L}\p{N}][\p{L}\p{N}._:@/=,+#~-]{0,127}$/u
