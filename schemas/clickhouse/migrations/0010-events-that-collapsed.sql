-- Events of one asset and time are told apart by what they name: alarm and state, defect and state, the stretch that was
-- inspected. Until now they were one, and the first of them was kept. The tables with the new keys follow from the definitions
-- and are filled by platform/clickhouse/rebuild-tables.ts; what had been merged away is only in the log any more. So the
-- archive reads these topics again, from the beginning of what the log still has. Rounds from 1000 on are those after this
-- migration, so it may be repeated, and run by several processes at once.
INSERT INTO {database}.archived_store (topic, kafka_partition, round, through_offset, stored_at)
SELECT topic, kafka_partition, round + 1000, 0, now64(3)
FROM {database}.archived_store FINAL
WHERE topic IN ('telemetry.radio_alarm', 'telemetry.grid_inspection', 'telemetry.grid_defect') AND round < 1000;
