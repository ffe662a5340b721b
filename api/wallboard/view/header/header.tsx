import { showAge, showClock, showDate } from '../../text/format-time.ts'
import { useShared, useWords } from '../wall-context.ts'
import { Breadcrumb } from './breadcrumb.tsx'
import { ScreenLinks } from './screen-links.tsx'

/** Where, when, and whether the wall is connected. */
export function Header({ onSearch }: { readonly onSearch: () => void }) {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const { now, speed } = wall.pulse.value
  return (
    <header class="header">
      <Breadcrumb />
      <ScreenLinks />
      <div class="header-side">
        {speed !== 1 && (
          <span class="simulated" data-testid="simulated">
            {t.simulated(String(speed))}
          </span>
        )}
        <Connection />
        <span class="date">{now === null ? '' : showDate(now, language)}</span>
        <time class="clock" data-testid="clock">
          {now === null ? '--:--:--' : showClock(now)}
        </time>
        <button type="button" class="find" data-testid="find" aria-label={t.searchRegion} onClick={onSearch}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="6.5" cy="6.5" r="4.5" />
            <path d="M10 10 L14.5 14.5" />
          </svg>
          <kbd>/</kbd>
        </button>
        <button
          type="button"
          class="language"
          data-testid="language"
          onClick={() => navigation.go({ language: language === 'zh' ? 'en' : 'zh' })}
        >
          {t.otherLanguage}
        </button>
      </div>
    </header>
  )
}

function Connection() {
  const { language, t } = useWords()
  const { connection, now, speed, newestEventTime } = useShared().wall.pulse.value
  const { kind } = connection
  const word = kind === 'live' ? t.live : kind === 'ended' ? t.lost : t.connecting
  const ageMs = now === null || newestEventTime === null ? null : Math.max(0, now - newestEventTime)
  return (
    <span class="connection" data-testid="connection" data-phase={kind}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {kind === 'live' ? <circle cx="6" cy="6" r="4.5" /> : <path d="M2 2 L10 10 M10 2 L2 10" />}
      </svg>
      {word}
      {ageMs !== null && (
        <span class="data-age" data-testid="data-age" data-speed={speed}>
          {t.dataAge(showAge(ageMs, language))}
        </span>
      )}
    </span>
  )
}
