-- Assets: the last version of each. updated_at decides, and the order in the log between two of the same
-- millisecond, so that tables and processes agree on which one is the last.
CREATE TABLE IF NOT EXISTS {database}.assets_store
(
    asset_id String,
    record LowCardinality(String),
    kind LowCardinality(String),
    county LowCardinality(String),
    name Nullable(String),
    lat Nullable(Float64),
    lon Nullable(Float64),
    period_s Nullable(Int64),
    capacity Nullable(Float64),
    length_km Nullable(Float64),
    voltage_kv Nullable(Float64),
    commissioned_at Nullable(DateTime64(3, 'UTC')),
    retired_at Nullable(DateTime64(3, 'UTC')),
    source_dataset LowCardinality(Nullable(String)),
    source_id Nullable(String),
    updated_at DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset Int64,
    last_version UInt64 MATERIALIZED toUInt64(toUnixTimestamp64Milli(updated_at)) * 1048576 + toUInt64(kafka_offset) % 1048576
)
ENGINE = {engine_prefix}ReplacingMergeTree(last_version)
ORDER BY asset_id
SETTINGS non_replicated_deduplication_window = 1000;

-- Dead letters: identified by their place in the log.
CREATE TABLE IF NOT EXISTS {database}.rejected_store
(
    record LowCardinality(String),
    asset_id Nullable(String),
    event_time Nullable(DateTime64(3, 'UTC')),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(Nullable(String)),
    code LowCardinality(String),
    message String CODEC(ZSTD(1)),
    payload String CODEC(ZSTD(1)),
    kafka_partition Int32,
    kafka_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (received_at, kafka_partition, kafka_offset)
SETTINGS non_replicated_deduplication_window = 1000;
