-- A window is identified by its start and its end: windows of two sizes at one start are two rows, and neither replaces
-- the other. ClickHouse cannot add a column that is there already to a sorting key, so these tables are built anew under
-- names of their own. The tables of before stay as they are, so this may be run again, and by several processes at once.
-- What they hold is copied by platform/clickhouse/rebuild-tables.ts, which says why nothing is lost meanwhile; then the
-- views are switched over. The tables of measures follow from the definitions and are built anew in the same way.
CREATE TABLE IF NOT EXISTS {database}.kpi_windows_store AS {database}.kpi_store
ENGINE = {engine_prefix}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (kpi, region, window_start, window_end)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS {database}.kpi_revisions_windows_store AS {database}.kpi_revisions_store
ENGINE = {engine_prefix}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (kpi, region, window_start, window_end, revision)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS {database}.late_windows_store AS {database}.late_store
ENGINE = {engine_prefix}ReplacingMergeTree(through_offset)
PARTITION BY toYYYYMM(window_start)
ORDER BY (record, window_start, window_ms, county, partition, from_offset, noticed_by)
SETTINGS non_replicated_deduplication_window = 1000;
