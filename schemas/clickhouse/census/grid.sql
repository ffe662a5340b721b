-- grid_census as of {at: DateTime64(3, 'UTC')}: county, then the measures of schemas/kpis/census.ts.
-- Kilometres are of lines of 220 kV and above: each is counted once, however often it was inspected this year, and
-- never beyond the end of its line. A line is in period when its last inspection is no older than its period; lines
-- without a period are not asked. A defect is what its last report says; it is due once closed or past its deadline.
WITH
    lines AS
    (
        SELECT asset_id, county, ifNull(length_km, 0) AS km, ifNull(voltage_kv, 0) >= 220 AS high, period_s
        FROM {database: Identifier}.assets
        WHERE kind = 'line'
            AND (commissioned_at IS NULL OR commissioned_at < {at: DateTime64(3, 'UTC')})
            AND (retired_at IS NULL OR retired_at >= {at: DateTime64(3, 'UTC')})
    ),
    inspected AS
    (
        SELECT asset_id, from_km, to_km, method, event_time
        FROM {database: Identifier}.readings_grid_inspection
        WHERE event_time < {at: DateTime64(3, 'UTC')}
    ),
    unmanned AS
    (
        SELECT i.asset_id AS asset_id, intervalLengthSum(i.from_km, least(i.to_km, l.km)) AS km
        FROM inspected AS i
        INNER JOIN lines AS l ON l.asset_id = i.asset_id
        WHERE l.high AND i.method = 'unmanned' AND i.event_time >= {year_start: DateTime64(3, 'UTC')}
            AND i.from_km < least(i.to_km, l.km)
        GROUP BY asset_id
    ),
    last_inspection AS
    (
        SELECT asset_id, max(event_time) AS inspected_at
        FROM inspected
        GROUP BY asset_id
    ),
    defects AS
    (
        SELECT argMax(county, event_time) AS last_county,
            argMax(grade, event_time) AS last_grade,
            argMax(state, event_time) = 'closed' AS is_closed,
            argMax(found_at, event_time) AS last_found_at,
            argMax(ifNull(closed_at, event_time), event_time) AS last_closed_at,
            last_found_at + toIntervalSecond(multiIf(
                last_grade = 'critical', {critical_s: UInt32},
                last_grade = 'serious', {serious_s: UInt32},
                {general_s: UInt32})) AS deadline
        FROM {database: Identifier}.readings_grid_defect
        WHERE event_time < {at: DateTime64(3, 'UTC')}
        GROUP BY asset_id, defect_id
    )
SELECT county,
    sum(unmanned) AS unmanned_km,
    sum(in_service) AS in_service_km,
    sum(open_critical) AS defects_open_critical,
    sum(on_time) AS defects_closed_on_time,
    sum(due) AS defects_due,
    sum(in_period) AS lines_in_period,
    sum(asked) AS lines_in_service
FROM
(
    SELECT l.county AS county, if(l.high, u.km, 0.) AS unmanned, if(l.high, l.km, 0.) AS in_service,
        0. AS open_critical, 0. AS on_time, 0. AS due,
        toFloat64(l.period_s IS NOT NULL AND i.inspected_at >= {at: DateTime64(3, 'UTC')} - toIntervalSecond(ifNull(l.period_s, 0))) AS in_period,
        toFloat64(l.period_s IS NOT NULL) AS asked
    FROM lines AS l
    LEFT JOIN unmanned AS u ON u.asset_id = l.asset_id
    LEFT JOIN last_inspection AS i ON i.asset_id = l.asset_id
    UNION ALL
    SELECT last_county AS county, 0. AS unmanned, 0. AS in_service,
        toFloat64(NOT is_closed AND last_grade = 'critical') AS open_critical,
        toFloat64(counted AND is_closed AND last_closed_at <= deadline) AS on_time,
        toFloat64(counted AND (is_closed OR deadline < {at: DateTime64(3, 'UTC')})) AS due,
        0. AS in_period, 0. AS asked
    FROM (SELECT *, last_found_at >= {year_start: DateTime64(3, 'UTC')} AS counted FROM defects)
)
GROUP BY county
