import { useEffect, useState } from 'preact/hooks'
import { isRefused, type Refused } from '../../protocol/rest-client.ts'

/** null: not answered yet. 'away': it cannot be read now. */
export type Asked<T> = T | 'away' | null

/**
 * Asks the server while the component is on screen, again every `everyMs`; a newer question forgets the older one.
 * @param key what is asked; null asks nothing
 */
export function useAsked<T extends object>(
  key: string | null,
  ask: () => Promise<T | Refused>,
  everyMs: number,
): Asked<T> {
  const [held, hold] = useState<{ readonly key: string; readonly answer: Asked<T> } | null>(null)
  useEffect(() => {
    if (key === null) return
    let wanted = true
    const look = async (): Promise<void> => {
      const answer = await ask()
      if (wanted) hold({ key, answer: isRefused(answer) ? 'away' : answer })
    }
    void look()
    const timer = setInterval(() => void look(), everyMs)
    return () => {
      wanted = false
      clearInterval(timer)
    }
  }, [key, everyMs])
  return held && held.key === key ? held.answer : null
}
