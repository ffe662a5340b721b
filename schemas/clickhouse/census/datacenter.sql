-- datacenter_census as of {at: DateTime64(3, 'UTC')}: county, racks_in_service.
SELECT county, toFloat64(count()) AS racks_in_service
FROM {database: Identifier}.assets
WHERE kind = 'rack'
    AND (commissioned_at IS NULL OR commissioned_at < {at: DateTime64(3, 'UTC')})
    AND (retired_at IS NULL OR retired_at >= {at: DateTime64(3, 'UTC')})
GROUP BY county
