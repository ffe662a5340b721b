-- parking_census as of {at: DateTime64(3, 'UTC')}: county, lots_this_year.
-- The year begins at midnight in the province.
SELECT county, toFloat64(count()) AS lots_this_year
FROM {database: Identifier}.assets
WHERE kind = 'lot'
    AND commissioned_at >= {year_start: DateTime64(3, 'UTC')}
    AND commissioned_at < {at: DateTime64(3, 'UTC')}
GROUP BY county
