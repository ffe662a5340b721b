-- radio_census as of {at: DateTime64(3, 'UTC')}: county, alarms_active_critical, sites_in_service.
-- An alarm is active while its last report says raised; its severity is that of the last report.
SELECT county, sum(alarm) AS alarms_active_critical, sum(site) AS sites_in_service
FROM
(
    SELECT argMax(county, event_time) AS county,
        toFloat64(argMax(state, event_time) = 'raised' AND argMax(ifNull(perceived_severity, ''), event_time) = 'CRITICAL') AS alarm,
        0. AS site
    FROM {database: Identifier}.readings_radio_alarm
    WHERE event_time < {at: DateTime64(3, 'UTC')}
    GROUP BY asset_id, alarm_id
    UNION ALL
    SELECT county, 0. AS alarm, 1. AS site
    FROM {database: Identifier}.assets
    WHERE kind = 'site'
        AND (commissioned_at IS NULL OR commissioned_at < {at: DateTime64(3, 'UTC')})
        AND (retired_at IS NULL OR retired_at >= {at: DateTime64(3, 'UTC')})
)
GROUP BY county
