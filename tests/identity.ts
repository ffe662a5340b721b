/**
 * What makes two readings one, in words of the tests: the asset and the time; of events also what they name. The definitions
 * of the product are not asked, so that they are checked.
 */
const named: Readonly<Record<string, readonly string[]>> = {
  radio_alarm: ['alarm_id', 'state'],
  grid_defect: ['defect_id', 'state'],
  grid_inspection: ['from_km', 'to_km'],
}

/** The fields that tell readings of one asset and time apart. */
export function namedBy(record: string): readonly string[] {
  return named[record] ?? []
}

/** @param eventTime epoch ms */
export function identityOf(record: string, assetId: string, eventTime: number, fields: object): string {
  const values = new Map<string, unknown>(Object.entries(fields))
  return [assetId, eventTime, ...namedBy(record).map(name => String(values.get(name)))].join('|')
}
