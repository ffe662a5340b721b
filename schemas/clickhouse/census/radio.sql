-- radio_census as of just before every window end from {first_end} to {last_end}: county, window_end, then the measures
-- of schemas/kpis/census.ts and the readings behind them. See census-sql.ts for the parameters.
-- An alarm is active while its last report says raised; its severity is that of the last report. Of reports with one event
-- time the later one in the log is the last.
WITH
    arrayMap(
        i -> {first_end: DateTime64(3, 'UTC')} + toIntervalMillisecond(i * {window_ms: UInt32}),
        range({windows: UInt32})) AS ends,
    reports AS
    (
        SELECT asset_id, alarm_id, county, event_time, kafka_offset,
            state = 'raised' AND perceived_severity IS NOT DISTINCT FROM 'CRITICAL' AS active
        FROM {database: Identifier}.readings_radio_alarm
        WHERE event_time < {last_end: DateTime64(3, 'UTC')}
            AND (empty({radio_alarm_below: Array(Int64)}) OR kafka_offset < {radio_alarm_below: Array(Int64)}[kafka_partition + 1])
    ),
    -- What alarms were when the first window ended, and every report from then on.
    turns AS
    (
        SELECT asset_id, alarm_id, argMax(county, (event_time, kafka_offset)) AS last_county, max(event_time) AS since,
            argMax(active, (event_time, kafka_offset)) AS is_active, 0 AS place
        FROM reports
        WHERE event_time < {first_end: DateTime64(3, 'UTC')}
        GROUP BY asset_id, alarm_id
        HAVING is_active
        UNION ALL
        SELECT asset_id, alarm_id, county, event_time, active, kafka_offset
        FROM reports
        WHERE event_time >= {first_end: DateTime64(3, 'UTC')}
    ),
    -- A report holds until the next one of the same alarm.
    spells AS
    (
        SELECT last_county AS county, since, is_active,
            leadInFrame(since, 1, {last_end: DateTime64(3, 'UTC')}) OVER (
                PARTITION BY asset_id, alarm_id ORDER BY since, place
                ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS until
        FROM turns
    )
SELECT county, window_end,
    sum(alarm) AS alarms_active_critical,
    sum(site) AS sites_in_service,
    sum(reported) AS readings
FROM
(
    SELECT county, window_end, 1. AS alarm, 0. AS site, 0. AS reported
    FROM spells
    ARRAY JOIN arrayFilter(e -> since < e AND e <= until, ends) AS window_end
    WHERE is_active
    UNION ALL
    SELECT county, window_end, 0. AS alarm, 1. AS site, 0. AS reported
    FROM {database: Identifier}.assets
    ARRAY JOIN arrayFilter(
        e -> (commissioned_at IS NULL OR commissioned_at < e) AND (retired_at IS NULL OR retired_at >= e),
        ends) AS window_end
    WHERE kind = 'site'
    UNION ALL
    SELECT county, window_end, 0. AS alarm, 0. AS site, toFloat64(messages) AS reported
    FROM
    (
        SELECT county, greatest(event_time, {first_end: DateTime64(3, 'UTC')} - toIntervalMillisecond(1)) AS at,
            count() AS messages
        FROM reports
        GROUP BY county, at
    )
    ARRAY JOIN arrayFilter(e -> at < e, ends) AS window_end
)
GROUP BY county, window_end
