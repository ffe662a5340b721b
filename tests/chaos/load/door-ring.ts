import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Answer = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
})

export interface DoorAnswer {
  readonly accepted: number
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[]
}

export interface Post {
  readonly path: string
  readonly contentType: string
  readonly body: string
}

/** How long a door may take to answer; one that hangs is left for another. */
const answerMs = 5_000
/** How long a door that failed is passed over while there is another. */
const avoidMs = 3_000
const firstWaitMs = 100
const longestWaitMs = 2_000

/**
 * Posts to the doors in turn and, while there is no 202, posts the same bytes again to the next door, for ever.
 * A door that did not answer may have taken the request all the same, or take it later: the repetition is harmless
 * because it is the same, byte for byte.
 */
export class DoorRing {
  /** Requests that were sent again. */
  retried = 0
  /** Why the last attempt failed. */
  lastProblem = ''
  private readonly doors: readonly { readonly url: string; avoidUntil: number }[]
  private next = 0

  constructor(urls: readonly string[]) {
    if (urls.length === 0) throw new RangeError('a load needs a door')
    this.doors = urls.map(url => ({ url, avoidUntil: 0 }))
  }

  /** @throws Error where a door says that the request itself is wrong: repeating it could not help. */
  async post(post: Post): Promise<DoorAnswer> {
    for (let failures = 0; ; failures++) {
      const door = this.choose()
      const result = await attempt(door.url, post)
      if ('answer' in result) {
        door.avoidUntil = 0
        return result.answer
      }
      this.retried++
      this.lastProblem = `${door.url}${post.path}: ${result.problem}`
      door.avoidUntil = performance.now() + avoidMs
      // The other doors at once, then round after round more slowly.
      const rounds = Math.floor((failures + 1) / this.doors.length)
      if (rounds > 0) await sleep(Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(rounds, 8)))
    }
  }

  /** Every door, once each; registers what all of them have to know. @throws as `post`. */
  async postToEach(post: Post): Promise<readonly DoorAnswer[]> {
    return Promise.all(this.doors.map(({ url }) => new DoorRing([url]).post(post)))
  }

  private choose(): { readonly url: string; avoidUntil: number } {
    const now = performance.now()
    const turn = this.next++
    const inTurn = this.doors.map((_, i) => this.doors[(turn + i) % this.doors.length] ?? this.doors[i])
    const door = inTurn.find(candidate => candidate && candidate.avoidUntil <= now) ?? inTurn[0]
    if (!door) throw new Error('no doors')
    return door
  }
}

async function attempt(
  url: string,
  { path, contentType, body }: Post,
): Promise<{ readonly answer: DoorAnswer } | { readonly problem: string }> {
  let response: Response
  let text: string
  try {
    response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
      signal: AbortSignal.timeout(answerMs),
    })
    text = await response.text()
  } catch (error) {
    return { problem: problemOf(error) }
  }
  // 422: all of it was refused, item by item.
  if (response.status === 202 || response.status === 422)
    return { answer: Value.Parse(Answer, JSON.parse(text)) }
  const problem = `${response.status} ${text.slice(0, 200)}`
  if (response.status >= 500 || response.status === 429) return { problem }
  throw new Error(`the door refuses the request as a whole: ${url}${path}: ${problem}`)
}

function problemOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? `${cause.code} ${cause.message}` : cause.message
}
