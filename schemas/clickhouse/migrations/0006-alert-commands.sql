-- What people did about alerts, as they said it: an alert's history keeps the words of the newest lines only. What was asked
-- for again is one row. Of silences, silences_store has what was asked for.
CREATE TABLE IF NOT EXISTS {database}.alert_commands_store
(
    command_id String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    by LowCardinality(String),
    action LowCardinality(String),
    alert_id Nullable(String) CODEC(ZSTD(1)),
    -- No name of a rule holds a colon.
    region LowCardinality(String) MATERIALIZED splitByChar(':', ifNull(alert_id, ''))[2],
    note Nullable(String) CODEC(ZSTD(1)),
    assigned_to Nullable(String) CODEC(ZSTD(1)),
    due_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    kafka_partition Int32,
    kafka_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree(kafka_offset)
ORDER BY command_id
SETTINGS non_replicated_deduplication_window = 1000;
