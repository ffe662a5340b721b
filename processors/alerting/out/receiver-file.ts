import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { isNode, LineCounter, parseDocument } from 'yaml'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { readUtf8Sync } from '../../../platform/utf8-file.ts'

export const receiverFormats = ['citybrain', 'dingtalk', 'feishu', 'wecom'] as const
export type ReceiverFormat = (typeof receiverFormats)[number]

const Entry = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }),
    url: Type.String({ pattern: '^https?://.+$' }),
    format: Type.Optional(Type.Enum([...receiverFormats])),
    success: Type.Optional(
      Type.Object(
        {
          field: Type.String({ minLength: 1 }),
          is: Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
        },
        { additionalProperties: false },
      ),
    ),
    per_minute: Type.Optional(Type.Integer({ minimum: 1, maximum: 6_000 })),
    secret: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
)
const Entries = Type.Array(Entry, { minItems: 1 })

/** A receiver as ALERT_RECEIVERS describes it. */
export type ReceiverEntry = Static<typeof Entry>

/**
 * The receivers of a file, YAML or JSON.
 * @throws CodedError `config_invalid` with every mistake and its line
 */
export function readReceiverFile(path: string): readonly ReceiverEntry[] {
  const invalid = (problem: string, cause?: unknown) =>
    new CodedError('config_invalid', `ALERT_RECEIVERS ${path}: ${problem}`, {
      hint: 'see docs/alerting.md, "Receivers"',
      ...(cause === undefined ? {} : { cause }),
    })
  let text: string
  try {
    text = readUtf8Sync(path)
  } catch (cause) {
    throw invalid(messageOf(cause), cause)
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number, problem: string) => `line ${lines.linePos(offset).line || 1}: ${problem}`
  const mistakes = document.errors.map(({ message, pos }) => at(pos[0], message.split('\n', 1)[0] ?? message))
  if (mistakes.length > 0) throw invalid(mistakes.join('; '))
  const entries: unknown = document.toJS()
  for (const { instancePath, message } of Value.Errors(Entries, entries)) {
    const place = instancePath.split('/').slice(1)
    const node = document.getIn(
      place.map(step => (/^\d+$/.test(step) ? Number(step) : step)),
      true,
    )
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    mistakes.push(at(offset, `${place.slice(1).join('.') || 'the list'} ${message}`))
  }
  if (mistakes.length > 0) throw invalid(mistakes.join('; '))
  const found = Value.Parse(Entries, entries)
  const names = found.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw invalid(`name ${twice} is there twice`)
  return found
}
