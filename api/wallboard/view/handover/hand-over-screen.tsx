import { useState } from 'preact/hooks'
import { type AlertLine, isDemanding, isOpen } from '../../../../schemas/alerts/alert.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import { showSince } from '../../text/format-time.ts'
import { handOverTexts } from '../../text/hand-over-texts.ts'
import { nameIn } from '../../text/language.ts'
import { useShared, useWords } from '../wall-context.ts'
import { AlertSection } from './alert-section.tsx'
import { DeedsSection } from './deeds-section.tsx'
import { CorrectionsSection, SilencesSection } from './other-sections.tsx'
import { useHandOver } from './use-hand-over.ts'

const shifts = [4, 8, 12, 24] as const

/** What the next shift must know: what is open, what fired, who did what, what was corrected, what begins to sound again. */
export function HandOverScreen() {
  const { navigation } = useShared()
  const { language } = useWords()
  const t = handOverTexts[language]
  const [hours, choose] = useState<number>(12)
  const region = navigation.route.value.region
  const known = regionOf(region)
  const told = useHandOver(region, hours)
  return (
    <div class="screen handover" data-testid="handover" data-state={told.kind}>
      <section class="panel handover-head">
        <h2>
          {known ? nameIn(known, language) : region} · {t.title}
        </h2>
        <fieldset class="handover-shifts" aria-label={t.shift}>
          {shifts.map(each => (
            <button key={each} type="button" aria-pressed={each === hours} onClick={() => choose(each)}>
              {t.hours(each)}
            </button>
          ))}
        </fieldset>
        {told.kind === 'found' && (
          <>
            <span class="quiet">{t.from(showSince(told.since, told.until, language))}</span>
            <ul class="handover-figures">
              <Figure label={t.open} value={own(told.open).length} />
              <Figure label={t.untaken} value={own(told.open).filter(isUntaken).length} />
              <Figure label={t.fired} value={own(told.fired).length} />
              <Figure label={t.over} value={own(told.fired).filter(alert => !isOpen(alert)).length} />
              <Figure label={t.changed} value={told.retracted.length + told.raised_late.length} />
            </ul>
          </>
        )}
        {told.kind === 'refused' && <p class="problems">{t.failed(told.why)}</p>}
      </section>
      {told.kind === 'found' && (
        <>
          <AlertSection name="open" title={t.open} alerts={told.open} nothing={t.noneOpen} />
          <AlertSection name="fired" title={t.fired} alerts={told.fired} nothing={t.noneFired} />
          <DeedsSection deeds={told.deeds} now={told.until} />
          <AlertSection
            name="changed"
            title={t.changed}
            alerts={[...told.retracted, ...told.raised_late]}
            nothing={t.noneChanged}
          />
          <CorrectionsSection corrections={told.corrections} />
          <SilencesSection silences={told.silences_ending} now={told.until} />
        </>
      )}
    </div>
  )
}

/** Those that say less of the same as another one count with it. */
function own(alerts: readonly AlertLine[]): readonly AlertLine[] {
  return alerts.filter(({ inhibited_by }) => inhibited_by === null)
}

function isUntaken(alert: AlertLine): boolean {
  return isDemanding(alert) && alert.acknowledged_at === null
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <li>
      <b>{value}</b> {label}
    </li>
  )
}
