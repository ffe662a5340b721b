-- How far the archive has stored each partition of each topic. A row is written after the rows it speaks of and before their
-- offsets are committed, so what is committed and not marked here is not here any more.
CREATE TABLE IF NOT EXISTS {database}.archived_store
(
    topic LowCardinality(String),
    kafka_partition Int32,
    -- How often the topic was read again from its beginning, because what had been stored was gone.
    round UInt32,
    -- Everything below this offset is stored, or was gone from the log before it could be.
    through_offset Int64,
    stored_at DateTime64(3, 'UTC'),
    last_version UInt64 MATERIALIZED toUInt64(round) * 9007199254740992 + toUInt64(through_offset)
)
ENGINE = {engine_prefix}ReplacingMergeTree(last_version)
ORDER BY (topic, kafka_partition);
