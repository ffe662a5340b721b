import { useEffect, useRef, useState } from 'preact/hooks'
import type { Cell } from '../../../../schemas/protocol/stream.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import { cellKey } from '../../../client/stream-client.ts'
import type { Origin } from '../../state/route.ts'
import { showShare, showValue } from '../../text/format-number.ts'
import { showClock, showDate } from '../../text/format-time.ts'
import { nameIn } from '../../text/language.ts'
import { originTexts } from '../../text/origin-texts.ts'
import { StatusMark } from '../feeds/status-mark.tsx'
import { knownKpi, useCell, useShared, useWords } from '../wall-context.ts'
import { CopyButton } from './copy-button.tsx'
import { FormulaSection } from './formula-section.tsx'
import { OffsetsSection } from './offsets-section.tsx'
import { PartsSection } from './parts-section.tsx'
import { ReadingsSection } from './readings-section.tsx'
import { RevisionsSection } from './revisions-section.tsx'
import { useOrigin } from './use-origin.ts'

/** As many as a reader looks through. */
const shownReadings = 500

/** Of the cell as it is now, not as of its last publication: the answer is of the moment of the question. */
function finalStart(cell: Cell | undefined): number | null {
  return cell && cell.status !== 'provisional' ? cell.window_start : null
}

/** Where a value comes from: formula, counties, readings, revisions, places in the log. */
export function OriginPanel({ origin }: { readonly origin: Origin }) {
  const { wall, navigation, provenance } = useShared()
  const { language, t: words } = useWords()
  const t = originTexts[language]
  const kpi = knownKpi(origin.kpi)
  const region = regionOf(origin.region)
  const current = useCell(kpi.id, origin.region)?.cell
  const [readingsOf, askReadings] = useState<string | null>(null)
  const isCounty = region?.level === 'county'
  const withReadings = isCounty || readingsOf === origin.region
  const { screen, at } = navigation.route.value
  const past = screen === 'timemachine' ? at : null
  const [asked, again] = useOrigin(provenance, {
    origin,
    currentStart: past === null ? finalStart(wall.data.cell(cellKey(kpi.id, origin.region))?.cell) : null,
    time: past ?? wall.pulse.value.now ?? Date.now(),
    readings: withReadings ? shownReadings : 0,
  })
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const before = document.activeElement
    close.current?.focus()
    return () => {
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus()
    }
  }, [])
  const found = asked.kind === 'found' ? asked : null
  const cell = found?.lineage.cell
  const windowStart = found?.lineage.window_start
  const link = navigation.addressOf({ origin: { ...origin, windowStart: windowStart ?? origin.windowStart } })
  return (
    <div
      class="origin"
      role="dialog"
      aria-label={t.title}
      data-testid="origin"
      data-state={asked.kind}
      data-region={origin.region}
      data-kpi={kpi.id}
    >
      <header class="origin-head">
        <div>
          <h2>
            {region ? nameIn(region, language) : origin.region} · {nameIn(kpi, language)}
          </h2>
          {found && (
            <p class="quiet">
              {showDate(found.lineage.window_start, language)} {showClock(found.lineage.window_start)} –{' '}
              {showClock(found.lineage.window_end)}
            </p>
          )}
        </div>
        <button ref={close} type="button" class="copy" onClick={() => navigation.closeOrigin()}>
          {t.close} <kbd>Esc</kbd>
        </button>
      </header>
      {cell && (
        <p class="origin-value">
          <b data-testid="origin-value" data-value={cell.value ?? ''}>
            {shown(cell)}
          </b>
          <span>
            <StatusMark status={cell.status} label={words[cell.status]} /> {words[cell.status]}
          </span>
          {cell.coverage !== null && (
            <span class={cell.coverage < kpi.minCoverage ? 'is-wrong' : ''}>
              {words.coverage} {showShare(cell.coverage)}
            </span>
          )}
        </p>
      )}
      {found && origin.windowStart === null && past === null && (
        // The place stays when the note goes: values become final all the time.
        <p class="origin-note" data-testid="origin-provisional">
          {current?.status === 'provisional' &&
            `${t.nowProvisional(shown(current), `${showClock(current.window_start)} – ${showClock(current.window_end)}`)} ${t.notKept}`}
        </p>
      )}
      {answer()}
      <footer class="origin-foot">
        <CopyButton
          testid="copy-sql"
          label={t.sqlReadings}
          text={found ? (found.lineage.sql.readings ?? found.lineage.sql.census) : null}
        />
        <CopyButton testid="copy-value-sql" label={t.sqlValue} text={found?.lineage.sql.counties ?? null} />
        <CopyButton
          testid="copy-link"
          label={t.copyLink}
          text={`${location.origin}${location.pathname}${link}`}
        />
      </footer>
    </div>
  )

  function shown({ value }: { readonly value: number | null }): string {
    return value === null ? words.noData : showValue(value, kpi.decimals, kpi.unit, language)
  }

  function answer() {
    if (!found) {
      return (
        <div class="origin-body">
          <p class="origin-note">
            {asked.kind === 'asking'
              ? t.asked
              : asked.kind === 'failed'
                ? `${t.failed}: ${asked.why}`
                : t.absent}
          </p>
          {asked.kind !== 'asking' && (
            <button type="button" class="copy" onClick={again}>
              {t.again}
            </button>
          )}
        </div>
      )
    }
    const { lineage, revisions } = found
    return (
      <div class="origin-body">
        <FormulaSection kpi={kpi} lineage={lineage} />
        <PartsSection key={`${kpi.id}|${origin.region}`} kpi={kpi} lineage={lineage} />
        <ReadingsSection
          lineage={lineage}
          lateReadings={revisions.reduce((sum, { late_readings }) => sum + late_readings, 0)}
          isAsked={withReadings}
          onAsk={() => askReadings(origin.region)}
        />
        <RevisionsSection kpi={kpi} revisions={revisions} />
        <OffsetsSection lineage={lineage} />
      </div>
    )
  }
}
