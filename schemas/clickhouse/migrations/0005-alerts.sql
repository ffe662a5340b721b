-- Alerts as they stand: of one alert the row with the greatest version holds. Not partitioned by time: a correction may
-- move when an alert began, and its rows must still meet.
CREATE TABLE IF NOT EXISTS {database}.alerts_store
(
    alert_id String CODEC(ZSTD(1)),
    version Int64 CODEC(ZSTD(1)),
    rule LowCardinality(String),
    rule_group LowCardinality(String),
    kpi LowCardinality(String),
    feed LowCardinality(String),
    region LowCardinality(String),
    level LowCardinality(String),
    severity LowCardinality(String),
    state LowCardinality(String),
    labels Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    annotations Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    active_since DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    fired_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    resolved_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    retracted_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    raised_late Bool,
    window_start DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    window_end DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    threshold Nullable(Float64) CODEC(ZSTD(1)),
    coverage Nullable(Float64) CODEC(ZSTD(1)),
    cell_status LowCardinality(String),
    revision Int32,
    cell_version Int64 CODEC(ZSTD(1)),
    inhibited_by Nullable(String) CODEC(ZSTD(1)),
    silenced_by Array(String) CODEC(ZSTD(1)),
    flapping Bool,
    acknowledged_by Nullable(String) CODEC(ZSTD(1)),
    acknowledged_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    assigned_to Nullable(String) CODEC(ZSTD(1)),
    due_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    closed_by Nullable(String) CODEC(ZSTD(1)),
    closed_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    escalations Int32,
    updated_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    history Array(Tuple(
        at DateTime64(3, 'UTC'),
        what String,
        by Nullable(String),
        note Nullable(String),
        window_start Nullable(DateTime64(3, 'UTC')),
        revision Nullable(Int32),
        command_id Nullable(String))) CODEC(ZSTD(1)),
    kafka_partition Int32,
    kafka_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree(version)
ORDER BY (region, alert_id)
SETTINGS non_replicated_deduplication_window = 1000;

-- Silences and maintenance windows: of one silence the last row in the log holds.
CREATE TABLE IF NOT EXISTS {database}.silences_store
(
    silence_id String,
    kind LowCardinality(String),
    regions Array(String),
    matchers Array(Tuple(label String, op String, value String)),
    starts_at DateTime64(3, 'UTC'),
    ends_at DateTime64(3, 'UTC'),
    reason String,
    created_by String,
    created_at DateTime64(3, 'UTC'),
    cancelled_by Nullable(String),
    cancelled_at Nullable(DateTime64(3, 'UTC')),
    kafka_partition Int32,
    kafka_offset Int64
)
ENGINE = {engine_prefix}ReplacingMergeTree(kafka_offset)
ORDER BY silence_id
SETTINGS non_replicated_deduplication_window = 1000;
