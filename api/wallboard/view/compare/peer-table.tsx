import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { along, axisFor } from '../../scale/axis.ts'
import { metTarget } from '../../scale/bar-against.ts'
import { targetFor } from '../../state/catalogue.ts'
import { spreadOf } from '../../state/compare/peers.ts'
import { positionsOf } from '../../state/compare/positions.ts'
import { showUnit, showValue } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { StatusMark } from '../feeds/status-mark.tsx'
import { useReader } from '../hooks/use-reader.ts'
import { asks } from '../origin/asked-value.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'

/** Characters that fit on one line at full size. */
const longName = 18

interface Props {
  readonly kpis: readonly Kpi[]
  readonly region: Region
  readonly peers: readonly Region[]
}

/** A feed's KPIs of one region: value and state, where it lies among its peers, their median. */
export function PeerTable({ kpis, region, peers }: Props) {
  const { t } = useWords()
  return (
    <table class="peers">
      <thead>
        <tr>
          <th />
          <th class="number">{t.value}</th>
          <th />
          <th class="number">{peers.length > 0 ? t.peerMedian : ''}</th>
          <th>{peers.length > 0 ? t.amongPeers : ''}</th>
          <th class="number">{peers.length > 0 ? t.position : ''}</th>
        </tr>
      </thead>
      <tbody>
        {kpis.map(kpi => (
          <PeerRow key={kpi.id} kpi={kpi} region={region} peers={peers} />
        ))}
      </tbody>
    </table>
  )
}

function PeerRow({ kpi, region, peers }: Omit<Props, 'kpis'> & { readonly kpi: Kpi }) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const { kpi: chosen } = useSelection()
  const read = useReader()
  const { value, quality, current } = read(kpi, region.code)
  const values = new Map(
    peers.flatMap(({ code }) => {
      const { value: one } = read(kpi, code)
      return one === null ? [] : [[code, one] as const]
    }),
  )
  const spread = spreadOf([...values.values()])
  const position = positionsOf(values, kpi.good).get(region.code)
  const met = metTarget(kpi, value, targetFor(kpi, region))
  const axis = axisFor(kpi, [...values.values()])
  const text = (n: number): string => showValue(n, kpi.decimals, '1', language)
  return (
    <tr
      class={`is-${quality}`}
      data-testid="peer-row"
      data-kpi={kpi.id}
      data-region={region.code}
      data-value={value ?? ''}
      data-quality={quality}
      aria-current={kpi.id === chosen.id}
    >
      <th scope="row" class={nameIn(kpi, language).length > longName ? 'is-long' : undefined}>
        <button type="button" onClick={() => navigation.go({ kpi: kpi.id })}>
          {nameIn(kpi, language)}
        </button>
      </th>
      <td class="number peer-value" data-met={met ?? undefined}>
        <button type="button" {...asks}>
          {value === null
            ? quality === 'waiting'
              ? ''
              : t.noData
            : `${quality === 'unsure' ? '≈' : ''}${text(value)}`}
          {value !== null && <small> {showUnit(kpi.unit)}</small>}
        </button>
      </td>
      <td class="peer-state">
        {current && value !== null && (
          <StatusMark status={current.cell.status} label={t[current.cell.status]} />
        )}
      </td>
      <td class="number quiet-cell">{spread ? text(spread.median) : ''}</td>
      <td class="peer-line">
        {spread && (
          <span class="peer-strip">
            {[...values].map(([code, one]) => (
              <i key={code} style={{ left: `${along(axis, one)}%` }} />
            ))}
            <b class="peer-strip-median" style={{ left: `${along(axis, spread.median)}%` }} />
            {value !== null && <b class="peer-strip-own" style={{ left: `${along(axis, value)}%` }} />}
          </span>
        )}
      </td>
      <td class="number quiet-cell">{position === undefined ? '' : `${position}/${values.size}`}</td>
    </tr>
  )
}
