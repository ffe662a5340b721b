import { useRef } from 'preact/hooks'
import { counties } from '../../../../schemas/regions/regions.ts'
import { type Axis, axisFor } from '../../scale/axis.ts'
import { positionsOf } from '../../state/compare/positions.ts'
import { rankRegions } from '../../state/rank-regions.ts'
import { showUnit, showValue } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { useReader } from '../hooks/use-reader.ts'
import { KpiPicker } from '../region/kpi-picker.tsx'
import { LevelPicker } from '../region/level-picker.tsx'
import { useSelection, useShared, useWords } from '../wall-context.ts'
import { RankingRow } from './ranking-row.tsx'
import { useBefore } from './use-before.ts'

/** Cities or counties in the order of one KPI, with where they stood before. */
export function RankingScreen() {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const { kpi } = useSelection()
  const { map } = navigation.route.value
  const read = useReader()
  const places = map === 'counties' ? counties.filter(({ code }) => wall.sees(code)) : wall.places
  const ranked = rankRegions(places, code => read(kpi, code).current, kpi.good)
  const values = new Map(
    ranked.flatMap(({ region, current }) => {
      const value = current?.cell.value ?? null
      return value === null ? [] : [[region.code, value] as const]
    }),
  )
  const positions = positionsOf(values, kpi.good)
  const before = useBefore(kpi, places)
  const positionsBefore = before.kind === 'known' ? positionsOf(before.values, kpi.good) : null
  const held = useRef<{ readonly key: string; readonly axis: Axis } | null>(null)
  const key = `${kpi.id}|${map}`
  const axis = axisFor(kpi, [...values.values()], held.current?.key === key ? held.current.axis : undefined)
  held.current = { key, axis }
  return (
    <div class="screen ranking-screen" data-testid="ranking-screen" data-level={map}>
      <div class="panel ranking-head">
        <KpiPicker />
        <span class="ranking-order">
          {kpi.good === 'none' ? t.highestFirst : t.worstFirst}
          {showUnit(kpi.unit) && ` · ${showUnit(kpi.unit)}`}
        </span>
        <span class="ranking-axis">
          {t.axis(
            showValue(axis.low, kpi.decimals, '1', language),
            showValue(axis.high, kpi.decimals, '1', language),
          )}
        </span>
        <span class="ranking-before" data-testid="ranking-before" data-before={before.kind}>
          {before.kind === 'known' ? t.comparedWith[before.span] : t.noComparison[before.kind]}
          {before.kind === 'known' && before.span !== 'week' && ` · ${t.noWeek}`}
        </span>
        <LevelPicker />
      </div>
      <ol class="panel ranking-list" aria-label={nameIn(kpi, language)}>
        {ranked.map(({ region, current }) => (
          <RankingRow
            // Chromium keeps the old look of a row that moves while its class changes: a new quality is a new row.
            key={`${region.code}|${read(kpi, region.code).quality}`}
            region={region}
            kpi={kpi}
            reading={{ ...read(kpi, region.code), current }}
            axis={axis}
            position={positions.get(region.code)}
            positionBefore={positionsBefore?.get(region.code)}
            valueBefore={before.kind === 'known' ? before.values.get(region.code) : undefined}
          />
        ))}
      </ol>
    </div>
  )
}
