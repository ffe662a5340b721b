-- The logs that each topic was and is: a kafka_offset of ours is the base of its log plus the offset in Kafka.
CREATE TABLE IF NOT EXISTS {database}.log_epochs_store
(
    topic LowCardinality(String),
    log String,
    base Int64,
    closed_until Nullable(DateTime64(3, 'UTC')),
    opened_at DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset Int64
)
ENGINE = {engine_prefix}ReplacingMergeTree
ORDER BY (topic, base)
SETTINGS non_replicated_deduplication_window = 1000;
