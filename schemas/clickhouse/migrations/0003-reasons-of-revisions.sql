-- Why a revision was computed, and how many readings the one before did not have.
ALTER TABLE {database}.kpi_store
    ADD COLUMN IF NOT EXISTS reason LowCardinality(Nullable(String)),
    ADD COLUMN IF NOT EXISTS late_readings Int64 CODEC(ZSTD(1));

ALTER TABLE {database}.kpi_revisions_store
    ADD COLUMN IF NOT EXISTS reason LowCardinality(Nullable(String)),
    ADD COLUMN IF NOT EXISTS late_readings Int64 CODEC(ZSTD(1));
