import { alertTicksOf, marksBetween, spans, ticksOf } from '../../state/time-machine.ts'
import { showExact } from '../../text/format-number.ts'
import { showDate, showMinute } from '../../text/format-time.ts'
import { pastTexts } from '../../text/past-texts.ts'
import { useWords } from '../wall-context.ts'
import type { Timeline } from './use-timeline.ts'

const minute = 60_000
const day = 1_440 * minute

interface Props {
  readonly timeline: Timeline
  readonly at: number
  /** Called while it moves. */
  readonly onMove: (at: number) => void
  /** Called when it stands. */
  readonly onStand: (at: number) => void
}

/** The last hours or days, with a tick wherever values were corrected and a mark where alerts fired. */
export function Slider({ timeline: { range, span, corrections, alerts }, at, onMove, onStand }: Props) {
  const { language } = useWords()
  const t = pastTexts[language]
  if (!range) return <div class="slider" />
  const { from, to } = range
  const { marksMs } = spans[span]
  const ticks = corrections ? ticksOf(corrections, from, to) : []
  return (
    <div class="slider">
      <div class="slider-ticks" data-testid="correction-ticks" data-count={ticks.length}>
        {ticks.map(tick => (
          <i
            key={tick.at}
            style={{ left: `${tick.along}%`, height: `${35 + 65 * tick.height}%` }}
            title={t.correctedAt(showMinute(tick.at), showExact(tick.values, language))}
          />
        ))}
        {alertTicksOf(alerts, from, to).map(tick => (
          <b
            key={tick.along}
            data-testid="alert-tick"
            class={tick.isCritical ? 'is-critical' : ''}
            style={{ left: `${tick.along}%` }}
            title={t.alertsAt(showMinute(tick.at), showExact(tick.alerts, language))}
          />
        ))}
      </div>
      <input
        type="range"
        aria-label={t.time}
        aria-valuetext={`${showDate(at, language)} ${showMinute(at)}`}
        data-testid="time-slider"
        min={from}
        max={to}
        step={minute}
        value={at}
        onInput={event => onMove(Number(event.currentTarget.value))}
        onChange={event => onStand(Number(event.currentTarget.value))}
      />
      <div class="slider-marks">
        {marksBetween(from, to, marksMs).map(mark => (
          <span key={mark} style={{ left: `${((mark - from) / (to - from)) * 100}%` }}>
            {marksMs >= day || showMinute(mark) === '00:00' ? shortDate(mark) : showMinute(mark)}
          </span>
        ))}
      </div>
    </div>
  )

  function shortDate(mark: number): string {
    const [first = '', second = '', third = ''] = showDate(mark, language).split(' ')
    return language === 'zh' ? first : `${second} ${third}`
  }
}
