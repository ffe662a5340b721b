import { alertTexts } from '../../text/alert-texts.ts'
import { AlertCounts, AlertList } from '../alerts/alert-list.tsx'
import { SoundSwitch } from '../alerts/sound-switch.tsx'
import { useBoard, useRuleCount } from '../alerts/use-board.ts'
import { useShared, useWords } from '../wall-context.ts'

/** What is wrong now, the worst first: calm when nothing is, and honest when that cannot be known. */
export function AlertsPanel() {
  const { loaded } = useShared().wall.pulse.value
  const { language } = useWords()
  const t = alertTexts[language]
  const board = useBoard()
  const isQuiet = board.rows.length === 0
  return (
    <section class="panel alerts" data-testid="alerts" data-count={board.rows.length} data-quiet={isQuiet}>
      <header class="alerts-head">
        <h2>{t.title}</h2>
        <AlertCounts board={board} />
        <SoundSwitch />
      </header>
      {loaded && <AlertList board={board} quiet={<Quiet />} overTitle={t.lately} />}
    </section>
  )
}

function Quiet() {
  const { connection } = useShared().wall.pulse.value
  const { language } = useWords()
  const t = alertTexts[language]
  const rules = useRuleCount()
  if (connection.kind !== 'live') return <p class="quiet">{t.notKnown}</p>
  // No alert from no rule is no good news.
  return <p class="quiet">{rules === 0 ? t.nothingWatched : `✓ ${t.quiet}`}</p>
}
