-- Since when an asset without commissioned_at is expected, and the counties where it was before.
ALTER TABLE {database}.assets_store
    ADD COLUMN IF NOT EXISTS expected_from Nullable(DateTime64(3, 'UTC')) AFTER updated_at,
    ADD COLUMN IF NOT EXISTS former Array(Tuple(county String, until DateTime64(3, 'UTC'))) AFTER expected_from;
