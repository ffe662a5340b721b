-- datacenter_census as of just before every window end from {first_end} to {last_end}: county, window_end,
-- racks_in_service; readings stand behind none. See census-sql.ts for the parameters.
WITH arrayMap(
    i -> {first_end: DateTime64(3, 'UTC')} + toIntervalMillisecond(i * {window_ms: UInt32}),
    range({windows: UInt32})) AS ends
SELECT county, window_end, toFloat64(count()) AS racks_in_service, 0. AS readings
FROM {database: Identifier}.assets
ARRAY JOIN arrayFilter(
    e -> (commissioned_at IS NULL OR commissioned_at < e) AND (retired_at IS NULL OR retired_at >= e),
    ends) AS window_end
WHERE kind = 'rack'
GROUP BY county, window_end
