import { showAge } from '../../text/format-time.ts'
import { useStale } from '../hooks/use-stale.ts'
import { useShared, useWords } from '../wall-context.ts'
import { asksForToken, SignIn } from './sign-in.tsx'

/** Says that the values are not current: the connection is lost, or no data comes through it. */
export function Banner() {
  const { language, t } = useWords()
  const { wall } = useShared()
  const { connection } = wall.pulse.value
  const stale = useStale()
  if (!stale) return null
  const diskFull = wall.health.value?.disk === 'full'
  const age = showAge(stale.forMs, language)
  return (
    <div class="banner" role="alert" data-testid="stale-banner" data-why={stale.why}>
      {connection.kind === 'ended'
        ? t.endedBanner(connection.doc)
        : stale.why === 'silent'
          ? `${t.silentBanner(age)}${diskFull ? t.silentForDisk : ''}`
          : t.staleBanner(age)}
      {connection.kind === 'ended' && asksForToken(connection.reason) ? <SignIn /> : null}
    </div>
  )
}
