-- The last revision of every KPI, region and window.
CREATE TABLE IF NOT EXISTS {database}.kpi_store
(
    kpi LowCardinality(String),
    region LowCardinality(String),
    level LowCardinality(String),
    record LowCardinality(String),
    window_start DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    window_end DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    numerator Float64 CODEC(ZSTD(1)),
    denominator Float64 CODEC(ZSTD(1)),
    status LowCardinality(String),
    revision Int32,
    version Int64 CODEC(Delta, ZSTD(1)),
    coverage Nullable(Float64) CODEC(ZSTD(1)),
    assets Int64 CODEC(ZSTD(1)),
    expected Float64 CODEC(ZSTD(1)),
    readings Int64 CODEC(ZSTD(1)),
    duplicates Int64 CODEC(ZSTD(1)),
    event_time_max Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    computed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    lineage_partition Array(Int32) CODEC(ZSTD(1)),
    lineage_from_offset Array(Int64) CODEC(ZSTD(1)),
    lineage_through_offset Array(Int64) CODEC(ZSTD(1)),
    kafka_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (kpi, region, window_start)
SETTINGS non_replicated_deduplication_window = 1000;

-- Every final and corrected revision.
CREATE TABLE IF NOT EXISTS {database}.kpi_revisions_store AS {database}.kpi_store
ENGINE = {engine_prefix}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (kpi, region, window_start, revision)
SETTINGS non_replicated_deduplication_window = 1000;

-- Windows that readings reached after closing. A notice may be repeated, and reach further than before.
CREATE TABLE IF NOT EXISTS {database}.late_store
(
    record LowCardinality(String),
    county LowCardinality(String),
    window_start DateTime64(3, 'UTC'),
    window_ms Int64,
    partition Int32,
    from_offset Int64,
    through_offset Int64,
    readings Int64,
    noticed_by LowCardinality(String),
    kafka_partition Int32,
    kafka_offset Int64
)
ENGINE = {engine_prefix}ReplacingMergeTree(through_offset)
PARTITION BY toYYYYMM(window_start)
ORDER BY (record, window_start, county, partition, from_offset, noticed_by)
SETTINGS non_replicated_deduplication_window = 1000;
