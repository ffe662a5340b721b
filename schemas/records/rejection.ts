/**
 * Why a reading or an asset is refused: the codes of the per-item errors over HTTP, of `telemetry.rejected` and of the
 * metric labels. One list; codes are stable, additions are welcome. The last four are not of a door: they are said of
 * what stands in the log already.
 */
export const rejections = {
  malformed_json: 'An item of the body, or a body that cannot be cut into items, is not JSON',
  not_utf8: 'The bytes of an item are not UTF-8, or a text has half of a character (a lone surrogate)',
  item_too_large: 'An item is larger than the door takes; its beginning is kept',
  not_an_object: 'An item is not a JSON object',
  unknown_record: 'The record type does not exist',
  field_missing: 'A required field is absent or null',
  field_type:
    'A field has another JSON type than its definition says; NaN, Infinity and numbers in quotes too',
  field_range: 'A number is outside the range of its field',
  field_length: 'A text is empty or too long',
  field_relation: 'Two fields contradict each other, such as more successes than attempts',
  enum_value: 'A text is not one of the values of its field',
  empty_reading: 'None of the fields of the record has a value; misspelt field names end here',
  event_time_invalid: 'event_time is neither RFC 3339 text with an offset nor epoch milliseconds',
  event_time_in_future:
    'event_time is ahead of the clock of ingest by more than MAX_FUTURE_S; redrive once it has come',
  event_time_too_old: 'event_time lies back more than MAX_AGE_DAYS',
  same_millisecond:
    'A sample within the millisecond of another one of its asset: times are kept to the millisecond, so it would replace it',
  not_encodable: 'Ingest failed at this item alone; its message says how',
  unknown_asset: 'asset_id is not registered; register it and redrive',
  implausible:
    'A number cannot be by what is registered of the asset; correct that, and redrive, where it can be',
  unknown_county: 'county is not a GB/T 2260 county of the province',
  wrong_kind: 'The kind of the asset does not go with the record type',
  asset_not_commissioned: 'event_time is before the asset was commissioned',
  asset_retired: 'event_time is not before the asset was retired',
  forbidden_asset: 'The asset, or its record type, is not within the scope of the key that was sent',
  forbidden_source: 'The source is the name of another key',
  undecodable: 'A message in the log is not in wire format, or not a datum of its schema',
  archive_refused:
    'ClickHouse can never take a message of the log: broken, or a value that it does not store',
  undecodable_batch:
    'A record batch of the log cannot be read: damaged, too large once expanded, an unknown codec or format',
  offsets_lost:
    'Messages of the log were gone before they were stored: its retention is shorter than the lag',
} as const satisfies Readonly<Record<string, string>>

export type RejectionCode = keyof typeof rejections
