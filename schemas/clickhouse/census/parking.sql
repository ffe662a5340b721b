-- parking_census as of just before every window end from {first_end} to {last_end}: county, window_end, lots_this_year;
-- readings stand behind none. The year, the same for all the ends, begins at midnight in the province.
-- See census-sql.ts for the parameters.
WITH arrayMap(
    i -> {first_end: DateTime64(3, 'UTC')} + toIntervalMillisecond(i * {window_ms: UInt32}),
    range({windows: UInt32})) AS ends
SELECT county, window_end, toFloat64(count()) AS lots_this_year, 0. AS readings
FROM {database: Identifier}.assets
ARRAY JOIN arrayFilter(e -> commissioned_at < e, ends) AS window_end
WHERE kind = 'lot' AND commissioned_at >= {year_start: DateTime64(3, 'UTC')}
GROUP BY county, window_end
