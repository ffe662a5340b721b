import { useEffect, useState } from 'preact/hooks'
import { feedCards } from '../../state/catalogue.ts'
import { playSpeed, toMinute, within } from '../../state/time-machine.ts'
import { pastTexts } from '../../text/past-texts.ts'
import { FeedCard } from '../feeds/feed-card.tsx'
import { RegionPanel } from '../region/region-panel.tsx'
import { GapsPanel } from '../side/gaps-panel.tsx'
import { RankingPanel } from '../side/ranking-panel.tsx'
import { useShared, useWords, WallContext } from '../wall-context.ts'
import { ChangesPanel } from './changes-panel.tsx'
import { ControlStrip } from './control-strip.tsx'
import { PastAlertsPanel } from './past-alerts-panel.tsx'
import { usePast } from './use-past.ts'
import { useTimeline } from './use-timeline.ts'

const secondMs = 1_000

/** The overview as of any minute of the last days: as it was known then, and as it is known now. */
export function TimeMachine() {
  const shared = useShared()
  const { navigation, wall: live } = shared
  const { language } = useWords()
  const t = pastTexts[language]
  const { at: addressed, known } = navigation.route.value
  // While the slider moves, the address stands still.
  const [dragged, drag] = useState<number | null>(null)
  const [isPlaying, play] = useState(false)
  const timeline = useTimeline(addressed)
  const at = dragged ?? addressed
  const past = usePast(at, known)
  const state = past.state.value

  const { now } = live.pulse.value
  useEffect(() => {
    if (addressed === null && now !== null) navigation.go({ at: toMinute(now) })
  }, [addressed, now === null])

  const stand = (time: number): void => {
    drag(null)
    if (timeline.range) navigation.go({ at: within(time, timeline.range.from, timeline.range.to) })
  }
  useEffect(() => {
    if (!isPlaying) return
    const timer = setInterval(() => {
      const { at: shown } = navigation.route.value
      const latest = live.pulse.value.now
      if (shown === null || latest === null) return
      const next = toMinute(shown + playSpeed * secondMs)
      if (next > toMinute(latest)) return play(false)
      navigation.go({ at: next })
    }, secondMs)
    return () => clearInterval(timer)
  }, [isPlaying])

  const says =
    state.kind === 'failed' ? `${t.failed}: ${state.why}` : state.kind === 'asking' ? t.asking : null
  return (
    <div class="screen timemachine" data-testid="timemachine" data-state={state.kind}>
      <ControlStrip
        timeline={timeline}
        at={at}
        known={known}
        isPlaying={isPlaying}
        says={says}
        onMove={drag}
        onStand={stand}
        onKnown={truth => navigation.go({ known: truth })}
        onPlay={play}
      />
      <WallContext.Provider value={{ ...shared, wall: past.wall }}>
        <div class="feeds">
          {feedCards.map(card => (
            <FeedCard key={card.feed} card={card} />
          ))}
        </div>
        <RegionPanel />
        <aside class="side">
          <PastAlertsPanel state={past.alertsState.value} known={known} />
          <ChangesPanel changes={past.changes.value} />
          <GapsPanel />
          <RankingPanel />
        </aside>
      </WallContext.Provider>
    </div>
  )
}
