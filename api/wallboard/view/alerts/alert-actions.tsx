import { useRef, useState } from 'preact/hooks'
import type { AlertLine } from '../../../../schemas/alerts/alert.ts'
import { type DeskAction, deskActions, newKey } from '../../protocol/alert-client.ts'
import { isRefused } from '../../protocol/rest-client.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { useShared, useWords } from '../wall-context.ts'

const minuteChoices = [15, 30, 60, 120, 480, 1_440] as const

/** What came of the last one. */
type Outcome = { readonly kind: 'none' | 'sent' } | { readonly kind: 'refused'; readonly why: string }

/** What an operator does about an alert: each button asks for what the deed needs, and nothing else. */
export function AlertActions({ alert }: { readonly alert: AlertLine }) {
  const { desk } = useShared()
  const { language } = useWords()
  const t = alertTexts[language]
  const [open, choose] = useState<DeskAction | null>(null)
  const [outcome, tell] = useState<Outcome>({ kind: 'none' })
  /** Of one thing to do: sent again after a failure, it is done once. */
  const key = useRef('')
  const isOver = alert.state === 'resolved' || alert.state === 'retracted'
  const offered = deskActions.filter(
    action => action === 'comment' || (!isOver && !(action === 'close' && alert.closed_at !== null)),
  )

  const begin = (action: DeskAction): void => {
    key.current = newKey()
    choose(action === open ? null : action)
    tell({ kind: 'none' })
  }
  const send = async (event: SubmitEvent, action: DeskAction): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const said = saidIn(action, new FormData(event.currentTarget))
    const answer = await desk.act(alert.alert_id, action, said, key.current)
    if (isRefused(answer)) return tell({ kind: 'refused', why: answer.why })
    choose(null)
    tell({ kind: 'sent' })
  }
  return (
    <section class="alert-actions" data-testid="alert-actions">
      <div class="alert-buttons">
        {offered.map(action => (
          <button
            key={action}
            type="button"
            class="act"
            data-action={action}
            aria-expanded={open === action}
            onClick={() => begin(action)}
          >
            {t.actions[action]}
          </button>
        ))}
      </div>
      {open && (
        <form class="alert-form" data-testid="alert-form" onSubmit={event => void send(event, open)}>
          <Fields action={open} />
          <button type="submit" class="act is-send" data-testid="alert-send">
            {t.send}
          </button>
        </form>
      )}
      <p class="alert-outcome" role="status" data-testid="alert-outcome" data-kind={outcome.kind}>
        {outcome.kind === 'sent' && t.sent}
        {outcome.kind === 'refused' && t.refused(outcome.why)}
      </p>
    </section>
  )
}

function Fields({ action }: { readonly action: DeskAction }) {
  const { language } = useWords()
  const t = alertTexts[language]
  switch (action) {
    case 'dispatch':
      return (
        <>
          <Field name="assigned_to" label={t.unit} isNeeded />
          <Field name="note" label={t.note} />
        </>
      )
    case 'silence':
      return (
        <>
          <select name="minutes" aria-label={t.minutes}>
            {minuteChoices.map(minutes => (
              <option key={minutes} value={minutes}>
                {minutes} {t.minutes}
              </option>
            ))}
          </select>
          <Field name="reason" label={t.reason} isNeeded />
        </>
      )
    case 'comment':
      return <Field name="note" label={t.actions.comment} isNeeded />
    case 'ack':
    case 'close':
      return <Field name="note" label={t.note} />
  }
}

function Field(props: { readonly name: string; readonly label: string; readonly isNeeded?: boolean }) {
  const { name, label, isNeeded = false } = props
  return <input name={name} placeholder={label} aria-label={label} required={isNeeded} maxLength={500} />
}

/** The body of the request: fields that were left empty are left out. */
function saidIn(action: DeskAction, form: FormData): object {
  const filled = [...form].filter(([, value]) => value !== '')
  const said = Object.fromEntries(filled)
  return action === 'silence' ? { ...said, minutes: Number(said.minutes) } : said
}
