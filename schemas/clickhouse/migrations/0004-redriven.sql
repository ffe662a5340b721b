-- Dead letters that were sent again and accepted, by the place of the dead letter in telemetry.rejected.
CREATE TABLE IF NOT EXISTS {database}.redriven_store
(
    rejected_partition Int32,
    rejected_offset Int64 CODEC(Delta, ZSTD(1)),
    record LowCardinality(String),
    code LowCardinality(String),
    redriven_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    kafka_partition Int32,
    kafka_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree
ORDER BY (rejected_partition, rejected_offset)
SETTINGS non_replicated_deduplication_window = 1000;
