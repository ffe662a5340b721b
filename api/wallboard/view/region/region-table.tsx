import type { Region } from '../../../../schemas/regions/regions.ts'
import { cellKey } from '../../../client/stream-client.ts'
import { qualityOf } from '../../state/quality.ts'
import { rankRegions } from '../../state/rank-regions.ts'
import { showShare, showUnit, showValue } from '../../text/format-number.ts'
import { shortNameIn } from '../../text/language.ts'
import { StatusMark } from '../feeds/status-mark.tsx'
import { asks } from '../origin/asked-value.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'

/** Regions sorted by the chosen KPI, the one that needs attention first. */
export function RegionTable({ regions }: { readonly regions: readonly Region[] }) {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const { region, kpi } = useSelection()
  // The order follows the wall's second, not each cell: rows that swap ten times a second cannot be read.
  const pulse = wall.pulse.value
  const ranked = rankRegions(regions, code => wall.data.cell(cellKey(kpi.id, code)), kpi.good)
  const unit = showUnit(kpi.unit)
  return (
    <table class="region-table" data-testid="region-table">
      <thead>
        <tr>
          <th>{t.region}</th>
          <th class="number">{unit === '' ? t.value : unit}</th>
          <th class="number">{t.coverage}</th>
          <th>{t.status}</th>
        </tr>
      </thead>
      <tbody>
        {ranked.map(({ region: row, current }) => {
          const cell = current?.cell
          const quality = qualityOf(cell, kpi.minCoverage, pulse)
          return (
            <tr
              // A new quality is a new row; see the ranking's.
              key={`${row.code}|${quality}`}
              class={`is-${quality}`}
              data-region={row.code}
              aria-selected={row.code === region.code}
              onClick={() => navigation.go({ region: row.code })}
            >
              <td>{shortNameIn(row, language)}</td>
              <td class="number" {...asks}>
                {typeof cell?.value === 'number'
                  ? showValue(cell.value, kpi.decimals, '1', language)
                  : t.noData}
              </td>
              <td class="number">{typeof cell?.coverage === 'number' ? showShare(cell.coverage) : '–'}</td>
              <td>{cell && <StatusMark status={cell.status} label={t[cell.status]} />}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
