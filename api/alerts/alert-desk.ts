import type { Clock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import type { Alert } from '../../schemas/alerts/alert.ts'
import { type AlertCommand, mostCommands, mostComments } from '../../schemas/alerts/alert-command.ts'
import { silenceProblem } from '../../schemas/alerts/matching/label-matcher.ts'
import {
  type Matcher,
  mostSilences,
  mostSilencesOfOne,
  type Silence,
  type SilenceKind,
} from '../../schemas/alerts/silence.ts'
import type { AlertBook } from './alert-book.ts'
import { commandIdOf } from './command-id.ts'
import type { RuleBook } from './rule-book.ts'
import type { KnownSilence, SilenceBook } from './silence-book.ts'

export interface AlertDeskOptions {
  readonly alerts: AlertBook
  readonly silences: SilenceBook
  readonly rules: RuleBook
  /** Resolves once alerting will see it. @throws CodedError `alerts_unavailable`. */
  readonly publish: (command: AlertCommand) => Promise<void>
  /** The data's clock. */
  readonly clock: Clock
}

/** Who asks, and the key that makes a repetition harmless. */
export interface Asking {
  readonly by: string
  readonly key: string | undefined
}

/** What is done about one alert; what an action does not need is null. */
export interface Deed {
  readonly action: 'ack' | 'dispatch' | 'comment' | 'close'
  readonly note: string | null
  readonly assigned_to: string | null
  readonly due_at: number | null
}

export interface SilenceWish {
  readonly kind: SilenceKind
  readonly regions: readonly string[]
  readonly matchers: readonly Matcher[]
  /** Event time, epoch ms; null for now. */
  readonly starts_at: number | null
  readonly minutes: number
  readonly reason: string
}

/** What was asked for: alerting does it a moment later. */
export interface Accepted {
  readonly command_id: string
}

const minuteMs = 60_000
/** Silences that were asked for here are remembered, the last ones. */
const askedKept = 1_000

/** What people know and do about alerts: it looks into the books, and writes commands. */
export class AlertDesk {
  readonly alerts: AlertBook
  readonly silences: SilenceBook
  readonly rules: RuleBook
  private readonly options: AlertDeskOptions
  /** Silences that were asked for here and may not be in the book yet: they can be ended already. */
  private readonly asked = new Map<string, Silence>()

  constructor(options: AlertDeskOptions) {
    this.options = options
    this.alerts = options.alerts
    this.silences = options.silences
    this.rules = options.rules
  }

  /** @throws CodedError `alerts_unavailable` or `alert_full`. */
  async act(alert: Pick<Alert, 'alert_id' | 'history'>, deed: Deed, asking: Asking): Promise<Accepted> {
    const { alert_id } = alert
    const command_id = commandIdOf(asking.key, { by: asking.by, action: deed.action, about: alert_id })
    requireRoom(alert, deed, command_id)
    await this.say({ ...deed, command_id, alert_id, silence: null }, asking)
    return { command_id }
  }

  /** @throws CodedError `alerts_unavailable`, `invalid_matcher` or `too_many_silences`. */
  async silence(wish: SilenceWish, asking: Asking): Promise<Accepted & { readonly silence: KnownSilence }> {
    const now = this.options.clock.now()
    this.requireApplicable(wish, asking, now)
    const { kind, regions, matchers, reason } = wish
    const about = JSON.stringify(wish)
    const command_id = commandIdOf(asking.key, { by: asking.by, action: 'silence', about })
    const starts_at = wish.starts_at ?? now
    const silence: Silence = {
      // Of its command: asked for twice, it is one silence.
      silence_id: command_id,
      kind,
      regions,
      matchers,
      starts_at,
      ends_at: starts_at + wish.minutes * minuteMs,
      reason,
      created_by: asking.by,
      created_at: now,
      cancelled_by: null,
      cancelled_at: null,
    }
    await this.say({ ...nothing, command_id, action: 'silence', silence }, asking)
    this.remember(silence)
    return { command_id, silence: { ...silence, not_applied: null } }
  }

  /** @param isShown whether the asker may know of it @throws CodedError `silence_not_found`. */
  findSilence(id: string, isShown: (silence: Silence) => boolean): Silence {
    const silence = this.silences.get(id) ?? this.asked.get(id)
    if (silence && isShown(silence)) return silence
    throw new CodedError('silence_not_found', `there is no silence ${JSON.stringify(id)}`, {
      hint: 'GET /v1/silences lists them; one that another instance was asked for a moment ago comes soon',
    })
  }

  /** @throws CodedError `alerts_unavailable`. */
  async unsilence(silence: Silence, asking: Asking): Promise<Accepted> {
    const { silence_id } = silence
    const command_id = commandIdOf(asking.key ?? silence_id, {
      by: asking.by,
      action: 'unsilence',
      about: silence_id,
    })
    await this.say({ ...nothing, command_id, action: 'unsilence', silence }, asking)
    return { command_id }
  }

  /** What alerting could not apply is never asked of it. */
  private requireApplicable(wish: SilenceWish, { by }: Asking, now: number): void {
    const problem = silenceProblem(wish)
    if (problem !== null) {
      throw new CodedError('invalid_matcher', problem, { hint: 'for a text as it is, use = or !=' })
    }
    const running = this.silences.running(now)
    const own = running.filter(({ created_by }) => created_by === by).length
    if (running.length < mostSilences && own < mostSilencesOfOne) return
    throw new CodedError(
      'too_many_silences',
      `${own} silences of ${by} hold or will hold, and ${running.length} in all; at most ${mostSilencesOfOne} and ${mostSilences}`,
      { hint: 'end those that nobody needs, or let one speak of several rules: alertname=~"A|B"' },
    )
  }

  private remember(silence: Silence): void {
    this.asked.set(silence.silence_id, silence)
    const [oldest] = this.asked.keys()
    if (this.asked.size > askedKept && oldest !== undefined) this.asked.delete(oldest)
  }

  private say(command: Omit<AlertCommand, 'at' | 'by'>, { by }: Asking): Promise<void> {
    const { publish, clock } = this.options
    return publish({ ...command, at: clock.now(), by })
  }
}

/** What was asked for before is asked for again without harm. */
function requireRoom(
  { alert_id, history }: Pick<Alert, 'alert_id' | 'history'>,
  { action }: Deed,
  commandId: string,
): void {
  const done = history.filter(({ command_id }) => command_id !== null)
  if (done.some(({ command_id }) => command_id === commandId)) return
  const comments = done.filter(({ what }) => what === 'commented').length
  const isFull = action === 'comment' ? comments >= mostComments : done.length >= mostCommands
  if (!isFull) return
  throw new CodedError(
    'alert_full',
    `${done.length} things were done about ${alert_id}, ${comments} of them comments; at most ${mostCommands} and ${mostComments}`,
    { hint: 'nothing more is written to it; keep a report where reports are kept' },
  )
}

const nothing = { alert_id: null, note: null, assigned_to: null, due_at: null } as const
