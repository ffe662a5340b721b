import type { Known } from '../../state/route.ts'
import { type Span, spanNames } from '../../state/time-machine.ts'
import { showDate, showMinute } from '../../text/format-time.ts'
import { pastTexts } from '../../text/past-texts.ts'
import { useWords } from '../wall-context.ts'
import { Slider } from './slider.tsx'
import type { Timeline } from './use-timeline.ts'

const minute = 60_000
const truths = ['then', 'now'] as const satisfies readonly Known[]

interface Props {
  readonly timeline: Timeline
  readonly at: number | null
  readonly known: Known
  readonly isPlaying: boolean
  /** What became of the question for this minute, where it was not answered. */
  readonly says: string | null
  readonly onMove: (at: number) => void
  readonly onStand: (at: number) => void
  readonly onKnown: (known: Known) => void
  readonly onPlay: (play: boolean) => void
}

/** Which minute and which of two truths is shown, unmistakably; and the way to another. */
export function ControlStrip(props: Props) {
  const { timeline, at, known, isPlaying, says, onMove, onStand, onKnown, onPlay } = props
  const { language } = useWords()
  const t = pastTexts[language]
  const step = (ms: number, label: string) => (
    <button type="button" disabled={at === null} onClick={() => at !== null && onStand(at + ms)}>
      {label}
    </button>
  )
  return (
    <section class="strip" data-testid="time-strip" data-at={at ?? ''} data-known={known}>
      <div class="strip-when">
        <span class="strip-date">{at === null ? '' : showDate(at, language)}</span>
        <time data-testid="past-time">{at === null ? '--:--' : showMinute(at)}</time>
      </div>
      <div class="strip-truth">
        <fieldset class="strip-choices" aria-label={t.truth}>
          {truths.map(truth => (
            <button
              key={truth}
              type="button"
              data-testid={`known-${truth}`}
              aria-pressed={truth === known}
              onClick={() => onKnown(truth)}
            >
              {truth === 'then' ? t.knownThen : t.knownNow}
            </button>
          ))}
        </fieldset>
        <p class="strip-means" data-testid="known-banner">
          <span>{says ?? (known === 'then' ? t.thenMeans : t.nowMeans)}</span>
          <span>{t.notKept}</span>
        </p>
      </div>
      <div class="strip-line">
        {at !== null && <Slider timeline={timeline} at={at} onMove={onMove} onStand={onStand} />}
        <div class="strip-steps">
          <button
            type="button"
            class="strip-play"
            data-testid="play"
            disabled={at === null}
            aria-pressed={isPlaying}
            onClick={() => onPlay(!isPlaying)}
          >
            {isPlaying ? `❚❚ ${t.pause}` : `▶ ${t.play}`}
          </button>
          {step(-60 * minute, t.back.hour)}
          {step(-minute, t.back.minute)}
          {step(minute, t.forth.minute)}
          {step(60 * minute, t.forth.hour)}
          <button
            type="button"
            onClick={() => {
              const latest = timeline.toLatest()
              if (latest !== null) onStand(latest)
            }}
          >
            {t.latest}
          </button>
          <span class="strip-legend">
            <i /> {t.corrections} <b /> {t.alerts}
          </span>
          <span class="strip-spans">
            {spanNames.map((span: Span) => (
              <button
                key={span}
                type="button"
                aria-pressed={span === timeline.span}
                onClick={() => timeline.choose(span)}
              >
                {t.spans[span]}
              </button>
            ))}
          </span>
        </div>
      </div>
    </section>
  )
}
