import { Type } from 'typebox'
import { type Alert, type AlertEntry, isFolded } from '../../../schemas/alerts/alert.ts'
import { askHistory, type History } from '../ask-history.ts'

const Said = Type.Object({
  command_id: Type.String(),
  note: Type.Union([Type.String(), Type.Null()]),
  assigned_to: Type.Union([Type.String(), Type.Null()]),
})

/**
 * The history with all that people said: of older lines an alert carries the beginning only.
 * @throws CodedError `history_unavailable` or `history_timeout`.
 */
export async function wholeHistory(
  history: History,
  { alert_id, history: lines }: Pick<Alert, 'alert_id' | 'history'>,
): Promise<readonly AlertEntry[]> {
  if (!lines.some(isCommand)) return lines
  const text = `
SELECT c.command_id AS command_id, c.note AS note, c.assigned_to AS assigned_to
FROM {database: Identifier}.alert_commands AS c
WHERE c.alert_id = {id: String}`
  const params = { database: history.database, id: alert_id }
  const said = new Map((await askHistory(history, { text, params }, Said)).map(one => [one.command_id, one]))
  return lines.map(line => {
    const one = isCommand(line) ? said.get(line.command_id ?? '') : undefined
    return one ? { ...line, note: [one.assigned_to, one.note].filter(Boolean).join(': ') } : line
  })
}

/** A line that may be folded, and whose words are stored with the command that asked for it. */
function isCommand(line: AlertEntry): boolean {
  return line.command_id !== null && isFolded(line)
}
