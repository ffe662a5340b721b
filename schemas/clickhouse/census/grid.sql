-- grid_census as of just before every window end from {first_end} to {last_end}: county, window_end, then the measures
-- of schemas/kpis/census.ts and the readings behind them. See census-sql.ts for the parameters.
-- Kilometres are of lines of 220 kV and above: each is counted once, however often it was inspected this year, and
-- never beyond the end of its line. A line is in period when its last inspection is no older than its period; lines
-- without a period are not asked. Inspections that are suspect count as readings, and nowhere else. A defect is what its last report says, of those with one event time the later one in
-- the log; it is due once closed or past its deadline.
-- The year, the same for all the ends, begins at midnight in the province.
WITH
    arrayMap(
        i -> {first_end: DateTime64(3, 'UTC')} + toIntervalMillisecond(i * {window_ms: UInt32}),
        range({windows: UInt32})) AS ends,
    lines AS
    (
        SELECT asset_id, county, ifNull(length_km, 0) AS km, ifNull(voltage_kv, 0) >= 220 AS high, period_s,
            commissioned_at, retired_at
        FROM {database: Identifier}.assets
        WHERE kind = 'line'
    ),
    lines_in_service AS
    (
        SELECT asset_id, county, km, high, period_s, window_end
        FROM lines
        ARRAY JOIN arrayFilter(
            e -> (commissioned_at IS NULL OR commissioned_at < e) AND (retired_at IS NULL OR retired_at >= e),
            ends) AS window_end
    ),
    inspections AS
    (
        SELECT asset_id, county, from_km, to_km, method, event_time, ifNull(suspect, false) AS is_suspect
        FROM {database: Identifier}.readings_grid_inspection
        WHERE event_time < {last_end: DateTime64(3, 'UTC')}
            AND (empty({grid_inspection_below: Array(Int64)}) OR kafka_offset < {grid_inspection_below: Array(Int64)}[kafka_partition + 1])
    ),
    -- Of every line, what was inspected before the first window ended, and from one end to the next.
    flown AS
    (
        SELECT i.asset_id AS asset_id, arrayFirst(e -> i.event_time < e, ends) AS known_at,
            intervalLengthSumStateIf(i.from_km, least(i.to_km, l.km),
                i.method = 'unmanned' AND i.event_time >= {year_start: DateTime64(3, 'UTC')}
                    AND i.from_km < least(i.to_km, l.km)) AS unmanned,
            max(i.event_time) AS inspected_at
        FROM inspections AS i
        INNER JOIN lines AS l ON l.asset_id = i.asset_id
        WHERE NOT i.is_suspect
        GROUP BY asset_id, known_at
    ),
    inspected AS
    (
        SELECT asset_id, window_end, intervalLengthSumMerge(unmanned) AS unmanned_km, max(inspected_at) AS last_at
        FROM flown
        ARRAY JOIN arrayFilter(e -> known_at <= e, ends) AS window_end
        GROUP BY asset_id, window_end
    ),
    defect_reports AS
    (
        SELECT asset_id, defect_id, county, grade, state, found_at, closed_at, event_time, kafka_offset
        FROM {database: Identifier}.readings_grid_defect
        WHERE event_time < {last_end: DateTime64(3, 'UTC')}
            AND (empty({grid_defect_below: Array(Int64)}) OR kafka_offset < {grid_defect_below: Array(Int64)}[kafka_partition + 1])
    ),
    -- What defects were when the first window ended, and every report from then on.
    defect_turns AS
    (
        SELECT asset_id, defect_id, argMax(county, (event_time, kafka_offset)) AS last_county,
            argMax(grade, (event_time, kafka_offset)) AS last_grade,
            argMax(state = 'closed', (event_time, kafka_offset)) AS is_closed,
            argMax(found_at, (event_time, kafka_offset)) AS last_found_at,
            argMax(ifNull(closed_at, event_time), (event_time, kafka_offset)) AS last_closed_at,
            max(event_time) AS since, 0 AS place
        FROM defect_reports
        WHERE event_time < {first_end: DateTime64(3, 'UTC')}
        GROUP BY asset_id, defect_id
        UNION ALL
        SELECT asset_id, defect_id, county, grade, state = 'closed', found_at, ifNull(closed_at, event_time), event_time,
            kafka_offset
        FROM defect_reports
        WHERE event_time >= {first_end: DateTime64(3, 'UTC')}
    ),
    -- A report holds until the next one of the same defect.
    defect_spells AS
    (
        SELECT last_county AS county, last_grade = 'critical' AS critical, is_closed, last_closed_at, since,
            last_found_at >= {year_start: DateTime64(3, 'UTC')} AS counted,
            last_found_at + toIntervalSecond(multiIf(
                last_grade = 'critical', {critical_s: UInt32},
                last_grade = 'serious', {serious_s: UInt32},
                {general_s: UInt32})) AS deadline,
            leadInFrame(since, 1, {last_end: DateTime64(3, 'UTC')}) OVER (
                PARTITION BY asset_id, defect_id ORDER BY since, place
                ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS until
        FROM defect_turns
    )
SELECT county, window_end,
    sum(unmanned) AS unmanned_km,
    sum(in_service) AS in_service_km,
    sum(open_critical) AS defects_open_critical,
    sum(on_time) AS defects_closed_on_time,
    sum(due) AS defects_due,
    sum(in_period) AS lines_in_period,
    sum(asked) AS lines_in_service,
    sum(reported) AS readings
FROM
(
    SELECT l.county AS county, l.window_end AS window_end, if(l.high, i.unmanned_km, 0.) AS unmanned,
        if(l.high, l.km, 0.) AS in_service, 0. AS open_critical, 0. AS on_time, 0. AS due,
        toFloat64(l.period_s IS NOT NULL AND i.last_at >= l.window_end - toIntervalSecond(ifNull(l.period_s, 0))) AS in_period,
        toFloat64(l.period_s IS NOT NULL) AS asked, 0. AS reported
    FROM lines_in_service AS l
    LEFT JOIN inspected AS i ON i.asset_id = l.asset_id AND i.window_end = l.window_end
    UNION ALL
    SELECT county, window_end, 0. AS unmanned, 0. AS in_service,
        toFloat64(NOT is_closed AND critical) AS open_critical,
        toFloat64(counted AND is_closed AND last_closed_at <= deadline) AS on_time,
        toFloat64(counted AND (is_closed OR deadline < window_end)) AS due,
        0. AS in_period, 0. AS asked, 0. AS reported
    FROM defect_spells
    ARRAY JOIN arrayFilter(e -> since < e AND e <= until, ends) AS window_end
    UNION ALL
    SELECT county, window_end, 0. AS unmanned, 0. AS in_service, 0. AS open_critical, 0. AS on_time, 0. AS due,
        0. AS in_period, 0. AS asked, toFloat64(messages) AS reported
    FROM
    (
        SELECT county, greatest(event_time, {first_end: DateTime64(3, 'UTC')} - toIntervalMillisecond(1)) AS at,
            count() AS messages
        FROM (SELECT county, event_time FROM inspections UNION ALL SELECT county, event_time FROM defect_reports)
        GROUP BY county, at
    )
    ARRAY JOIN arrayFilter(e -> at < e, ends) AS window_end
)
GROUP BY county, window_end
