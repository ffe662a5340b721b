import { useEffect, useState } from 'preact/hooks'
import type { ProvenanceClient } from '../../protocol/rest-client.ts'
import { type Asked, findOrigin, type OriginAsked } from '../../state/find-origin.ts'

/** What `findOrigin` comes to, and how to ask again; asks once, so that what one reads stands still. */
export function useOrigin(rest: ProvenanceClient, asked: OriginAsked): readonly [Asked, () => void] {
  const [turn, setTurn] = useState(0)
  const { origin, readings } = asked
  const question = [origin.kpi, origin.region, origin.windowStart, readings, turn].join('|')
  const [held, hold] = useState<{ readonly question: string; readonly answer: Asked } | null>(null)
  useEffect(() => {
    let isWanted = true
    void findOrigin(rest, asked).then(answer => {
      if (isWanted) hold({ question, answer })
    })
    return () => {
      isWanted = false
    }
  }, [question])
  return [held?.question === question ? held.answer : { kind: 'asking' }, () => setTurn(turn + 1)]
}
