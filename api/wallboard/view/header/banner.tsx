import { showAge } from '../../text/format-time.ts'
import { useShared, useWords } from '../wall-context.ts'

/** A blip of a second is not worth a banner; three seconds without one would be a lie. */
export const bannerAfterMs = 1_000

/** Says that the values are not current while the stream is lost. */
export function Banner() {
  const { language, t } = useWords()
  const { connection, lostForMs, now } = useShared().wall.pulse.value
  if (lostForMs === null || lostForMs < bannerAfterMs) return null
  // Before the first value there is nothing that could be mistaken for a current one.
  const isFirst = now === null && lostForMs < 3 * bannerAfterMs
  if (isFirst) return null
  return (
    <div class="banner" role="alert" data-testid="stale-banner">
      {connection.kind === 'ended'
        ? t.endedBanner(connection.doc)
        : t.staleBanner(showAge(lostForMs, language))}
    </div>
  )
}
