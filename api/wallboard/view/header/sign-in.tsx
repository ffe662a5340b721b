import type { EndReason } from '../../../client/connection-state.ts'
import { useWords } from '../wall-context.ts'

/** Refusals after which another token helps. */
const helped: ReadonlySet<EndReason> = new Set(['unauthorized', 'tokenExpired', 'kioskRevoked'])

export function asksForToken(reason: EndReason): boolean {
  return helped.has(reason)
}

/** Takes a token and the name of the wall, as `#token=…&wall=…` in the address does, and starts again with it. */
export function SignIn() {
  const { t } = useWords()
  return (
    <form
      class="sign-in"
      data-testid="sign-in"
      onSubmit={event => {
        event.preventDefault()
        const said = new FormData(event.currentTarget)
        const of = (name: string) => String(said.get(name) ?? '').trim()
        if (of('token') === '') return
        location.hash = new URLSearchParams({ token: of('token'), wall: of('wall') }).toString()
        location.reload()
      }}
    >
      <span>{t.signInHint}</span>
      <input name="token" type="password" autocomplete="off" placeholder={t.token} aria-label={t.token} />
      <input name="wall" autocomplete="off" placeholder={t.wallName} aria-label={t.wallName} />
      <button type="submit">{t.signIn}</button>
    </form>
  )
}
