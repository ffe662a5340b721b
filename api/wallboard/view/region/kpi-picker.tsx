import { feeds } from '../../../../schemas/records/record.ts'
import { kpisOfFeed } from '../../state/catalogue.ts'
import { nameIn } from '../../text/language.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'

/** Chooses the KPI of map, table, ranking and trend. */
export function KpiPicker() {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const { kpi } = useSelection()
  return (
    <span class="kpi-picker">
      <select
        aria-label={t.chooseKpi}
        data-testid="kpi-picker"
        value={kpi.id}
        onChange={event => navigation.go({ kpi: event.currentTarget.value })}
      >
        {feeds.map(feed => (
          <optgroup key={feed} label={t.feeds[feed]}>
            {kpisOfFeed(feed).map(one => (
              <option key={one.id} value={one.id}>
                {nameIn(one, language)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </span>
  )
}
